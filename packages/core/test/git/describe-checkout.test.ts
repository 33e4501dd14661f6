import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeCheckout } from '../../src/git/describe-checkout.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

const searchPath = '/usr/local/bin:/usr/bin:/bin'

it('tells the commit of a checkout and its date', async () => {
  const checkout = sandbox.repository('checkout')
  expect(await describeCheckout(checkout, { searchPath })).toBe(undefined)
  const oid = sandbox.commit(checkout, { message: 'first' })
  const date = new Date(sandbox.run(checkout, 'log', '-1', '--format=%cI')).toISOString()
  expect(await describeCheckout(checkout, { searchPath })).toEqual({ oid, date })
  sandbox.run(checkout, 'worktree', 'add', '--quiet', sandbox.path('linked'))
  expect(await describeCheckout(sandbox.path('linked'), { searchPath })).toEqual({ oid, date })
})

it('tells nothing outside a checkout, and without git', async () => {
  expect(await describeCheckout(sandbox.dir, { searchPath })).toBe(undefined)
  expect(await describeCheckout(sandbox.repository('checkout'), { searchPath: '/nowhere' })).toBe(undefined)
})
