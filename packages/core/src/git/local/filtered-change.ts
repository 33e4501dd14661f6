import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { type FilteredFile, filteredFiles, readTree } from './commands/trees.ts'

const maxOutputBytes = 256 * 1024 * 1024

/**
 * The first of the files that a checkout of `commit` changes for which a filter (LFS, …) would have to run, or
 * `undefined`: by the attributes that hold now, and by those that `commit` brings. The repository's own index is
 * not touched.
 */
export async function filteredChange(
  commit: string,
  changed: readonly string[],
  {
    runner,
    gitDir,
    workTree,
    signal,
  }: { readonly runner: GitRunner } & Pick<GitRunOptions, 'gitDir' | 'workTree' | 'signal'>,
): Promise<FilteredFile | undefined> {
  const options = { gitDir, workTree, signal, maxOutputBytes }
  const folder = await mkdtemp(join(tmpdir(), 'gitferry-index-'))
  try {
    const index = join(folder, 'index')
    await runner.run(readTree(commit, index), options)
    const [after] = await runner.run(filteredFiles(changed, index), options)
    if (after !== undefined) return after
    const [now] = await runner.run(filteredFiles(changed), options)
    return now
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
