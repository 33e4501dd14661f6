import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { refuses } from './refuses.ts'
import type { ApiSandbox } from './sandbox.ts'
import type { ApiRules } from './subject.ts'

const refused: Record<string, [ErrorCode | ErrorCode[], (sandbox: ApiSandbox) => string]> = {
  'a relative path': ['PATH_INVALID', () => 'clone'],
  'a path that begins with a dot': ['PATH_INVALID', () => './clone'],
  'a path that climbs': ['PATH_INVALID', ({ clonePath }) => relative(process.cwd(), clonePath)],
  'a path that begins with a tilde': ['PATH_INVALID', () => '~/clone'],
  'an option': ['PATH_INVALID', () => '--upload-pack=touch x'],
  'a URL': ['PATH_INVALID', ({ clonePath }) => `file://${clonePath}`],
  'a path with a null byte': [['PATH_INVALID', 'INVALID_INPUT'], ({ clonePath }) => `${clonePath}\0`],
  'a path that does not exist': ['PATH_INVALID', ({ root }) => join(root, 'nowhere')],
  'a file': [['PATH_INVALID', 'NOT_A_REPOSITORY'], ({ filePath }) => filePath],
  'a folder that is no repository': ['NOT_A_REPOSITORY', ({ plainFolderPath }) => plainFolderPath],
  'the folder above a repository': ['NOT_A_REPOSITORY', ({ root }) => root],
  'a folder inside a worktree': ['NOT_A_REPOSITORY', ({ subfolderPath }) => subfolderPath],
  'a folder inside a bare repository': ['NOT_A_REPOSITORY', ({ originPath }) => join(originPath, 'refs')],
  'a repository outside the roots': ['PATH_OUTSIDE_ROOTS', ({ outsidePath }) => outsidePath],
  'a link to a repository outside the roots': [
    'PATH_OUTSIDE_ROOTS',
    ({ linkToOutsidePath }) => linkToOutsidePath,
  ],
  'a path that leaves the roots by dots': [
    'PATH_OUTSIDE_ROOTS',
    ({ root }) => `${root}/../root-outside/repo.git`,
  ],
}

export const repoPathRules: ApiRules = {
  'register refuses a path that is not the top of a repository under a root, and stores nothing': async ({
    api,
    sandbox,
  }) => {
    for (const [what, [codes, pathIn]] of Object.entries(refused)) {
      const error = await refuses(api.repos.register({ path: pathIn(sandbox) }), codes, { of: what })
      if (error.code === 'PATH_OUTSIDE_ROOTS') assert.match(error.message, /--repo-root/)
    }
    assert.deepEqual((await api.repos.list()).items, [])
  },

  'register refuses a worktree whose .git leads outside the roots': async ({ api, sandbox }) => {
    const path = join(sandbox.root, 'escaped')
    mkdirSync(path)
    symlinkSync(sandbox.outsidePath, join(path, '.git'))
    await refuses(api.repos.register({ path }), ['PATH_OUTSIDE_ROOTS', 'NOT_A_REPOSITORY', 'PATH_INVALID'])
    assert.deepEqual((await api.repos.list()).items, [])
  },
}
