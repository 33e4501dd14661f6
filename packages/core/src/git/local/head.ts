import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isGitferryError } from '../../errors/index.ts'
import type { GitRunner } from '../command.ts'
import { symbolicRef } from './commands/symbolic-ref.ts'
import { notARepository } from './not-a-repository.ts'
import { fileErrorCode, readSmallFile } from './small-file.ts'

/** What HEAD says. */
export interface Head {
  /** The branch that HEAD names, born or not; `null` when HEAD is detached. */
  readonly branch: string | null
  /** The full ref that HEAD names, which need not be a branch; `null` when HEAD is detached. */
  readonly ref: string | null
  /** The commit that a detached HEAD is at; `null` when HEAD names a ref. */
  readonly oid: string | null
}

const heads = 'refs/heads/'

const named = (ref: string): Head => ({
  branch: ref.startsWith(heads) ? ref.slice(heads.length) : null,
  ref,
  oid: null,
})

/**
 * Parses the text of a HEAD file. `undefined`: HEAD is kept elsewhere (a reftable repository keeps a placeholder
 * there); `null`: not a HEAD file.
 */
export function parseHead(text: string): Head | null | undefined {
  const ref = /^ref:\s*(\S+)\s*$/.exec(text)?.[1]
  if (ref === 'refs/heads/.invalid') return undefined
  if (ref !== undefined) return ref.startsWith('refs/') ? named(ref) : null
  const oid = /^([0-9a-f]{64}|[0-9a-f]{40})\s*$/.exec(text)?.[1]
  return oid === undefined ? null : { branch: null, ref: null, oid }
}

/**
 * Reads HEAD of a git directory from its file, without a process: lists of a thousand repositories show it. Only
 * for a reftable repository is git asked.
 * @throws NOT_A_REPOSITORY when there is no readable HEAD
 */
export async function readHead(
  gitDir: string,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<Head> {
  const path = join(gitDir, 'HEAD')
  const link = linkTarget(path)
  if (link?.startsWith('refs/')) return named(link)
  const text = await readSmallFile(path).catch((error: unknown) => {
    throw notARepository(path, `cannot be read (${fileErrorCode(error)})`, error)
  })
  if (text === undefined) throw notARepository(gitDir, 'is no repository any more: it has no HEAD file')
  const head = parseHead(text)
  if (head === null) throw notARepository(path, 'is damaged: it names neither a ref nor a commit')
  if (head !== undefined) return head
  try {
    const ref = await runner.run(symbolicRef('HEAD'), { gitDir, signal })
    // Detached: the caller that needs the commit asks git for it.
    return ref === null ? { branch: null, ref: null, oid: null } : named(ref)
  } catch (error) {
    if (!isGitferryError(error, 'GIT_FAILED')) throw error
    throw notARepository(gitDir, 'is kept in a format that this git does not read', error)
  }
}

/** Synchronous: a list of a thousand repositories would go through the thread pool a thousand times. */
function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    // what cannot be looked at is said by the read that follows
    return undefined
  }
}
