import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ancestry, Kinship } from './ancestry.ts'
import { plainGit } from './plain-git.ts'

/** Commits with known parents in one object database, which bare repositories borrow from. */
export interface CommitGraph {
  /** The folder of its objects. */
  readonly objects: string
  readonly objectFormat: ObjectFormat
  readonly commits: readonly string[]
  /** Annotated tags: each an object of its own. */
  readonly tags: readonly string[]
  /** Every commit that can be reached from these values, and the annotated tags among the values. */
  reachable(oids: Iterable<string>): Set<string>
  /** How two values lie to each other, by the commits that they are or are tags of. */
  kinship(one: string, other: string): Kinship
}

export type ObjectFormat = 'sha1' | 'sha256'

/** Makes a history real, in a bare repository at `path`. */
export function buildCommitGraph(path: string, ancestry: Ancestry, objectFormat: ObjectFormat): CommitGraph {
  const { parents, tagged } = ancestry
  mkdirSync(path)
  const init = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']
  plainGit(path, ...init, `--object-format=${objectFormat}`)
  const stream = parents.flatMap((from, index) => [
    `reset refs/heads/c${index}\n`,
    `commit refs/heads/c${index}\nmark :${index + 1}\n`,
    `committer A <a@example.org> ${1_700_000_000 + index} +0000\ndata ${`c${index}`.length}\nc${index}\n`,
    ...from.map((parent, place) => `${place === 0 ? 'from' : 'merge'} :${parent + 1}\n`),
    `M 644 inline f${index}\ndata 1\nx\n\n`,
  ])
  const tagStream = tagged.map(
    (commit, index) =>
      `tag t${index}\nfrom :${commit + 1}\ntagger A <a@example.org> 1700000000 +0000\ndata 1\nt\n`,
  )
  writeFileSync(join(path, 'stream'), [...stream, ...tagStream].join(''))
  plainGit(path, 'fast-import', '--quiet', { stdin: join(path, 'stream') })
  const lines = plainGit(path, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')
  const oids = new Map(lines.map((line) => line.split(' ') as [string, string]))
  const commits = parents.map((_, index) => oids.get(`refs/heads/c${index}`)!)
  const tags = tagged.map((_, index) => oids.get(`refs/tags/t${index}`)!)
  const isTag = new Set(tags)
  const commitOf = new Map([
    ...commits.map((oid, index) => [oid, index] as const),
    ...tags.map((oid, index) => [oid, tagged[index]!] as const),
  ])
  return {
    objects: join(path, 'objects'),
    objectFormat,
    commits,
    tags,
    reachable(values) {
      const given = [...values]
      const past = given.flatMap((oid) => [...ancestry.past(commitOf.get(oid)!)])
      return new Set([...past.map((commit) => commits[commit]!), ...given.filter((oid) => isTag.has(oid))])
    },
    kinship: (one, other) => ancestry.kinship(commitOf.get(one)!, commitOf.get(other)!),
  }
}
