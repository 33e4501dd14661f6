import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommitGraph } from './commit-graph.ts'
import type { Oids } from './expected-plan.ts'
import { plainGit } from './plain-git.ts'
import type { Intrusion, Refs, Value } from './scenario.ts'

const oidOf = (graph: CommitGraph, value: Value): string =>
  'commit' in value ? graph.commits[value.commit]! : graph.tags[value.tag]!

/** A bare repository with these refs, which borrows its objects; written without git, for there are many. */
export function makeBare(
  path: string,
  graph: CommitGraph,
  refs: Refs,
  remotes: Readonly<Record<string, string>> = {},
): Oids {
  for (const folder of ['objects/info', 'refs/heads', 'refs/tags']) {
    mkdirSync(join(path, folder), { recursive: true })
  }
  const oids = new Map(Object.entries(refs).map(([name, value]) => [name, oidOf(graph, value)]))
  const config =
    graph.objectFormat === 'sha1'
      ? ['[core]', '\trepositoryformatversion = 0', '\tbare = true']
      : [
          '[core]',
          '\trepositoryformatversion = 1',
          '\tbare = true',
          '[extensions]',
          '\tobjectFormat = sha256',
        ]
  for (const [name, url] of Object.entries(remotes)) config.push(`[remote "${name}"]`, `\turl = ${url}`)
  writeFileSync(join(path, 'HEAD'), 'ref: refs/heads/nothing\n')
  writeFileSync(join(path, 'config'), `${config.join('\n')}\n`)
  writeFileSync(join(path, 'objects/info/alternates'), `${graph.objects}\n`)
  const lines = [...oids].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, oid]) => `${oid} ${name}\n`)
  writeFileSync(join(path, 'packed-refs'), lines.join(''))
  return oids
}

export function intrude(target: string, graph: CommitGraph, { ref, to }: Intrusion): void {
  try {
    if (to === null) plainGit(target, 'update-ref', '-d', ref)
    else plainGit(target, 'update-ref', ref, oidOf(graph, to))
  } catch {
    // no room for that name beside another
  }
}

/** Every ref of a repository, as git shows it. */
export function refsOf(repository: string, ...under: readonly string[]): Oids {
  const lines = plainGit(repository, 'for-each-ref', '--format=%(refname) %(objectname)', ...under)
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  )
}

/** Run → full name at the target → what is kept of it: of a ref that a run took twice, both values. */
export function keptOf(store: string): Map<number, Map<string, string[]>> {
  const kept = new Map<number, Map<string, string[]>>()
  if (!existsSync(store)) return kept
  for (const [name, oid] of refsOf(store, 'refs/gitferry/kept')) {
    const [, run, ref] = /^refs\/gitferry\/kept\/(\d+)\/(?:\d+\/)?((?:heads|tags)\/.*)$/.exec(name)!
    const ofRun = kept.get(Number(run)) ?? new Map<string, string[]>()
    kept.set(Number(run), ofRun)
    const full = `refs/${ref}`
    ofRun.set(full, [...(ofRun.get(full) ?? []), oid])
  }
  return kept
}
