import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settle, worktreePlace } from '../../src/git/clone-place.ts'
import { isDiskFull } from '../../src/git/store-error.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

describe('putting a clone into its place', () => {
  it('that the file system refuses says so, with its reason', async () => {
    const place = worktreePlace(sandbox.path('x'.repeat(300)), uuid)
    mkdirSync(join(place.draft, '.git'), { recursive: true })
    await expect(settle(place)).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('(ENAMETOOLONG)'),
    })
  })

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('takes %s for a full disk, and nothing else', (code) => {
    expect(isDiskFull(code)).toBe(true)
    expect(isDiskFull('EACCES')).toBe(false)
  })
})
