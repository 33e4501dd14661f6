import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { notARepository } from './not-a-repository.ts'
import { resolvePath } from './resolve-path.ts'
import { fileErrorCode, readSmallFile } from './small-file.ts'

/**
 * Where git finds the objects and refs of the git directory `gitDir`, links resolved: what its `commondir` file
 * names (a linked worktree has one), else `gitDir` itself. git does not look for a further `commondir` there.
 * @throws NOT_A_REPOSITORY when the file is none, or cannot be read as git would read it
 */
export async function readCommonDir(gitDir: string): Promise<string> {
  const file = join(gitDir, 'commondir')
  const text = await readSmallFile(file)
  if (text === undefined) {
    if (isThere(file)) throw notARepository(file, 'is not a file')
    return gitDir
  }
  const target = text.replace(/[\r\n]+$/, '')
  if (target === '' || /\p{Cc}/u.test(target)) throw notARepository(file, 'names no git directory')
  return resolvePath(target.startsWith('/') ? target : join(gitDir, target))
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return fileErrorCode(error) !== 'ENOTDIR'
  }
}
