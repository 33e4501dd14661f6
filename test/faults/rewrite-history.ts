import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptRef } from '@gitferry/core'
import { expect } from 'vitest'
import { addCommits } from './add-commits.ts'

/** What a mirror is told, so that its target loses what its source has lost. */
export const overwriting = { on_diverge: 'overwrite', prune: true } as const

/** Which branches of the source get another history, which one goes; all others get a commit more. */
const rewritten = ['line/1', 'line/2']
const deleted = 'line/3'

const git = (cwd: string, ...args: readonly string[]) =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** Full name → oid. */
type Oids = Readonly<Record<string, string>>

/**
 * Gives two of these branches of the source another history, deletes a third and adds to the others. Answers what the
 * target loses by it, which must have the branches of the source as they were.
 */
export function rewriteHistory(source: string, branches: readonly string[], size = 10_000): Oids {
  const lost = [...rewritten, deleted].map((branch) => {
    const ref = `refs/heads/${branch}`
    return [ref, git(source, 'rev-parse', ref).trim()] as const
  })
  for (const branch of rewritten) git(source, 'update-ref', `refs/heads/${branch}`, 'refs/heads/main')
  git(source, 'update-ref', '-d', `refs/heads/${deleted}`)
  const others = branches.filter((branch) => branch !== deleted)
  addCommits(source, others, size)
  return Object.fromEntries(lost)
}

/** Every ref of the kept stores: name there → oid. */
function inKeptStores(dataDir: string): Oids {
  const folder = join(dataDir, 'kept')
  const stores = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.git')) : []
  const lines = stores.flatMap((name) => {
    git(join(folder, name), 'fsck', '--connectivity-only')
    return git(join(folder, name), 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')
  })
  return Object.fromEntries(lines.filter((line) => line !== '').map((line) => line.split(' ')))
}

/**
 * What is listed as kept is what the target lost, with what it has instead, and stands whole in the kept store, which
 * holds nothing else of those runs.
 */
export function expectKept(
  listed: readonly KeptRef[],
  { dataDir, lost, now }: { readonly dataDir: string; readonly lost: Oids; readonly now: Oids },
): void {
  expect(Object.fromEntries(listed.map(({ oid, ref }) => [ref, oid]))).toEqual(lost)
  expect(listed).toHaveLength(Object.keys(lost).length)
  for (const { became_oid, ref } of listed)
    expect({ ref, became_oid }).toEqual({ ref, became_oid: now[ref] ?? null })
  // what another run let go stays there for a while
  const runs = listed.map(({ run_id }) => `refs/gitferry/kept/${run_id}/`)
  const ofRuns = Object.entries(inKeptStores(dataDir)).filter(([name]) =>
    runs.some((run) => name.startsWith(run)),
  )
  expect(Object.fromEntries(ofRuns)).toEqual(
    Object.fromEntries(listed.map(({ kept_ref, oid }) => [kept_ref, oid])),
  )
}
