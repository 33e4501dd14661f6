import assert from 'node:assert/strict'
import { join } from 'node:path'
import { branch as branchSchema, type CreateBranch } from '../../contract/branch.ts'
import { isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

const withClone = async (subject: ApiSubject) => ({ ...subject, id: (await registerClone(subject)).id })

/** `origin/HEAD` is a symbolic ref, not a branch of its own. */
const namesOf = (branches: readonly { name: string }[]) =>
  branches.map(({ name }) => name).filter((name) => name !== 'origin/HEAD')

const invalidNames = [
  '',
  '-x',
  '--force',
  '+x',
  '@',
  'HEAD',
  'refs/heads/x',
  'a..b',
  '..',
  '../x',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{b',
  'a.',
  'a.lock',
  'a.lock/b',
  '.a',
  'a/.b',
  '/a',
  'a/',
  'a//b',
  'a\nb',
  'a\u0000b',
  'a\u007fb',
  'a\u202eb',
  'a\u200bb',
  'a\u0308',
  'f'.repeat(40),
  'x'.repeat(251),
  `${'x'.repeat(200)}/`.repeat(5).concat('x'),
]

const validNames = [
  'feature/new-feature',
  'a/b/c/d',
  'ä-ö',
  '分支/一',
  '100%',
  '100%2Fx',
  'a#b',
  'a&b=c',
  "it's",
  'a;touch$IFS(x)',
  'a+b',
  'a@b',
  'checkout',
  'dots.in.it',
]

export const branchCreateRules: ApiRules = {
  'create begins at HEAD unless told otherwise': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const branch = await api.branches.create(id, { name: 'feature/new-feature' })
    isRecord(branchSchema, branch)
    const last_commit = sandbox.git(sandbox.clonePath, 'rev-parse', 'HEAD')
    assert.deepEqual(branch, { name: 'feature/new-feature', type: 'local', is_current: false, last_commit })
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'feature/new-feature'), last_commit)
    assert.equal((await api.branches.create(id, { name: 'b', base_branch: null })).last_commit, last_commit)
    assert.equal((await api.repos.get(id)).current_branch, 'main')
  },

  'create begins at a local branch, a remote one or an object name': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const develop = sandbox.oidOf(sandbox.originPath, 'develop')
    const table = [
      ['a', 'main', sandbox.oidOf(sandbox.originPath, 'main')],
      ['b', 'origin/develop', develop],
      ['c', develop, develop],
      ['d', 'b', develop],
    ] as const
    for (const [name, base_branch, oid] of table) {
      assert.equal((await api.branches.create(id, { name, base_branch })).last_commit, oid, base_branch)
      assert.equal(sandbox.oidOf(sandbox.clonePath, name), oid, base_branch)
    }
  },

  'create knows the original’s name of the base': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const input = { name: 'x', base_ref: 'origin/develop' } as CreateBranch
    assert.equal(
      (await api.branches.create(id, input)).last_commit,
      sandbox.oidOf(sandbox.originPath, 'develop'),
    )
  },

  'create works in a bare repository': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.secondBarePath })
    await api.branches.create(id, { name: 'x/y', base_branch: 'develop' })
    assert.equal(
      sandbox.oidOf(sandbox.secondBarePath, 'x/y'),
      sandbox.oidOf(sandbox.secondBarePath, 'develop'),
    )
  },

  'create refuses a name that exists, or that one in use excludes, and moves nothing': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const before = sandbox.git(sandbox.clonePath, 'for-each-ref')
    await refuses(api.branches.create(id, { name: 'main', base_branch: 'origin/develop' }), 'BRANCH_EXISTS')
    await refuses(api.branches.create(id, { name: 'main/x' }), ['BRANCH_EXISTS', 'CONFLICT'])
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), before)
  },

  'create refuses a base that does not exist, and makes nothing': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const before = sandbox.git(sandbox.clonePath, 'for-each-ref')
    for (const base_branch of ['nowhere', 'origin/nowhere', 'develop', 'e'.repeat(40)]) {
      await refuses(api.branches.create(id, { name: 'x', base_branch }), 'BRANCH_NOT_FOUND', {
        of: base_branch,
      })
    }
    // the oid of a tree is no commit
    const tree = sandbox.git(sandbox.clonePath, 'rev-parse', 'HEAD^{tree}')
    await refuses(api.branches.create(id, { name: 'x', base_branch: tree }), [
      'BRANCH_NOT_FOUND',
      'REF_INVALID',
    ])
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), before)
  },

  'create refuses a base that is an expression': async (subject) => {
    const { api, id } = await withClone(subject)
    for (const base_branch of [
      'main~1',
      'main^{tree}',
      '@{-1}',
      ':/first',
      '--orphan',
      'main..origin/main',
    ]) {
      await refuses(api.branches.create(id, { name: 'x', base_branch }), ['REF_INVALID', 'INVALID_INPUT'], {
        field: 'base_branch',
        of: base_branch,
      })
    }
  },

  'create refuses every name that git or the rules refuse': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const before = sandbox.git(sandbox.clonePath, 'for-each-ref')
    for (const name of invalidNames) {
      await refuses(api.branches.create(id, { name }), 'REF_INVALID', { field: 'name', of: name })
    }
    for (const name of [undefined, null, 7, ['x']]) {
      await refuses(api.branches.create(id, { name } as unknown as CreateBranch), 'INVALID_INPUT', {
        field: 'name',
        of: name,
      })
    }
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), before)
  },

  'every other name is created, listed and deleted under itself': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    for (const name of validNames) {
      assert.equal((await api.branches.create(id, { name })).name, name)
      assert.notEqual(sandbox.oidOf(sandbox.clonePath, name), '', name)
    }
    assert.deepEqual(new Set(namesOf((await api.branches.list(id)).items)), new Set([...validNames, 'main']))
    for (const name of validNames) {
      assert.deepEqual(await api.branches.delete(id, name), { name, deleted: true })
    }
    assert.deepEqual(namesOf((await api.branches.list(id)).items), ['main'])
  },

  'create runs no hook': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const marker = join(sandbox.root, 'was-run')
    sandbox.hook(sandbox.clonePath, 'reference-transaction', `touch ${marker}; exit 1`)
    await api.branches.create(id, { name: 'x' })
    assert.equal(sandbox.exists(marker), false)
  },
}
