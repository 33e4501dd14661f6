import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { branch as branchSchema, type CheckoutBranch } from '../../contract/branch.ts'
import { isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

const withClone = async (subject: ApiSubject) => ({ ...subject, id: (await registerClone(subject)).id })

const headOf = ({ sandbox }: ApiSubject) => sandbox.git(sandbox.clonePath, 'symbolic-ref', '--short', 'HEAD')

const readme = ({ sandbox }: ApiSubject) => join(sandbox.clonePath, 'readme')

export const branchCheckoutRules: ApiRules = {
  'checkout switches HEAD and worktree, and answers the branch': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'branch', 'topic', 'origin/develop')
    const branch = await api.branches.checkout(id, { branch: 'topic' })
    isRecord(branchSchema, branch)
    assert.deepEqual(branch, {
      name: 'topic',
      type: 'local',
      is_current: true,
      last_commit: sandbox.oidOf(sandbox.originPath, 'develop'),
    })
    assert.equal(headOf(subject), 'topic')
    assert.equal(readFileSync(readme(subject), 'utf8'), 'of develop\n')
    assert.equal(sandbox.git(sandbox.clonePath, 'status', '--porcelain'), '')
    assert.equal((await api.repos.get(id)).current_branch, 'topic')
  },

  'checkout of the current branch changes nothing': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    writeFileSync(readme(subject), 'not committed\n')
    assert.equal((await api.branches.checkout(id, { branch: 'main' })).is_current, true)
    assert.equal(readFileSync(readme(subject), 'utf8'), 'not committed\n')
    assert.equal(sandbox.git(sandbox.clonePath, 'status', '--porcelain'), 'M readme')
  },

  'checkout of a remote branch creates the branch that tracks it': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const branch = await api.branches.checkout(id, { branch: 'origin/feature/login' })
    assert.equal(branch.name, 'feature/login')
    assert.equal(branch.type, 'local')
    assert.equal(branch.is_current, true)
    assert.equal(headOf(subject), 'feature/login')
    assert.equal(
      sandbox.git(sandbox.clonePath, 'rev-parse', '--abbrev-ref', 'feature/login@{upstream}'),
      'origin/feature/login',
    )
    assert.equal(readFileSync(join(sandbox.clonePath, 'login'), 'utf8'), 'login\n')
  },

  'checkout knows the original’s name of its field': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'branch', 'topic')
    await api.branches.checkout(id, { name: 'topic' } as unknown as CheckoutBranch)
    assert.equal(headOf(subject), 'topic')
  },

  'checkout refuses to overwrite a changed file, and loses nothing': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    for (const stage of [false, true]) {
      writeFileSync(readme(subject), 'not committed\n')
      if (stage) sandbox.git(sandbox.clonePath, 'add', 'readme')
      await refuses(api.branches.checkout(id, { branch: 'origin/develop' }), 'CHECKOUT_REFUSED')
      assert.equal(readFileSync(readme(subject), 'utf8'), 'not committed\n')
      assert.equal(headOf(subject), 'main')
      assert.equal(sandbox.oidOf(sandbox.clonePath, 'develop'), '', 'no branch is left behind')
    }
  },

  'checkout refuses to overwrite a file that git does not know, and loses nothing': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    writeFileSync(join(sandbox.clonePath, 'login'), 'mine\n')
    await refuses(api.branches.checkout(id, { branch: 'origin/feature/login' }), 'CHECKOUT_REFUSED')
    assert.equal(readFileSync(join(sandbox.clonePath, 'login'), 'utf8'), 'mine\n')
    assert.equal(headOf(subject), 'main')
  },

  'checkout of a branch that does not exist is refused': async (subject) => {
    const { api, id } = await withClone(subject)
    for (const branch of ['nowhere', 'origin/nowhere', 'v1', 'readme']) {
      await refuses(api.branches.checkout(id, { branch }), 'BRANCH_NOT_FOUND', { of: branch })
    }
    for (const branch of ['', '-', '--', '--orphan', '-f', 'main~1', '@{-1}', 'HEAD', 'refs/heads/main']) {
      await refuses(api.branches.checkout(id, { branch }), 'REF_INVALID', { field: 'branch', of: branch })
    }
    await refuses(api.branches.checkout(id, {} as CheckoutBranch), 'INVALID_INPUT', { field: 'branch' })
    assert.equal(headOf(subject), 'main')
  },

  'checkout in a bare repository moves its HEAD': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.secondBarePath })
    assert.equal((await api.branches.checkout(id, { branch: 'develop' })).is_current, true)
    assert.equal(sandbox.git(sandbox.secondBarePath, 'symbolic-ref', 'HEAD'), 'refs/heads/develop')
    assert.equal((await api.repos.get(id)).current_branch, 'develop')
    const { items } = await api.branches.list(id)
    assert.deepEqual(
      items.filter(({ is_current }) => is_current).map(({ name }) => name),
      ['develop'],
    )
  },

  'checkout runs no hook': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const marker = join(sandbox.root, 'was-run')
    sandbox.hook(sandbox.clonePath, 'post-checkout', `touch ${marker}`)
    await api.branches.checkout(id, { branch: 'origin/develop' })
    assert.equal(headOf(subject), 'develop')
    assert.equal(sandbox.exists(marker), false)
  },
}

export const branchDeleteRules: ApiRules = {
  'delete takes a merged branch': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'branch', 'old/topic')
    assert.deepEqual(await api.branches.delete(id, 'old/topic'), { name: 'old/topic', deleted: true })
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'old/topic'), '')
    await refuses(api.branches.delete(id, 'old/topic'), 'BRANCH_NOT_FOUND')
  },

  'delete refuses the branch that is checked out, here or in another worktree, even by force': async (
    subject,
  ) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(
      sandbox.clonePath,
      'worktree',
      'add',
      '--quiet',
      '-b',
      'elsewhere',
      join(sandbox.root, 'tree'),
    )
    for (const name of ['main', 'elsewhere']) {
      await refuses(api.branches.delete(id, name), 'BRANCH_CHECKED_OUT', { of: name })
      await refuses(api.branches.delete(id, name, { force: true }), 'BRANCH_CHECKED_OUT', { of: name })
      assert.notEqual(sandbox.oidOf(sandbox.clonePath, name), '')
    }
  },

  'delete refuses an unmerged branch, unless by force': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'checkout', '--quiet', '-b', 'topic')
    sandbox.git(sandbox.clonePath, 'commit', '--quiet', '--allow-empty', '-m', 'only here')
    sandbox.git(sandbox.clonePath, 'checkout', '--quiet', 'main')
    const oid = sandbox.oidOf(sandbox.clonePath, 'topic')
    await refuses(api.branches.delete(id, 'topic'), 'BRANCH_UNMERGED')
    await refuses(api.branches.delete(id, 'topic', { force: false }), 'BRANCH_UNMERGED')
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'topic'), oid)
    assert.deepEqual(await api.branches.delete(id, 'topic', { force: true }), {
      name: 'topic',
      deleted: true,
    })
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'topic'), '')
  },

  'delete takes local branches only': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const before = sandbox.git(sandbox.clonePath, 'for-each-ref')
    for (const name of ['nowhere', 'origin/develop', 'v1']) {
      await refuses(api.branches.delete(id, name), 'BRANCH_NOT_FOUND', { of: name })
    }
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), before)
  },

  'delete refuses what is no name, and reaches nothing else': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const other = await api.repos.register({ path: sandbox.secondBarePath })
    const names = [
      '',
      '.',
      '..',
      '../..',
      `../../${other.id}`,
      'a/../../..',
      'a//b',
      '-d',
      '--all',
      'a b',
      'HEAD',
    ]
    for (const name of [...names, 'main~1', 'refs/heads/main', 'a\u0000', '\ud800']) {
      await refuses(api.branches.delete(id, name), 'REF_INVALID', { field: 'branch', of: name })
    }
    assert.equal((await api.repos.list()).total, 2)
  },

  'delete refuses a switch that is none': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'branch', 'topic')
    const query = { force: 'perhaps' } as unknown as { force: boolean }
    await refuses(api.branches.delete(id, 'topic', query), 'INVALID_INPUT', { field: 'force' })
    assert.notEqual(sandbox.oidOf(sandbox.clonePath, 'topic'), '')
  },
}
