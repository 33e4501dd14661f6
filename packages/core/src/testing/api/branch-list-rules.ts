import assert from 'node:assert/strict'
import { type BranchQuery, branch as branchSchema } from '../../contract/branch.ts'
import { isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

const withClone = async (subject: ApiSubject) => ({ ...subject, id: (await registerClone(subject)).id })

/** `origin/HEAD` is a symbolic ref, not a branch of its own. */
const namesOf = (branches: readonly { name: string }[]) =>
  branches.map(({ name }) => name).filter((name) => name !== 'origin/HEAD')

export const branchListRules: ApiRules = {
  'list shows the local branches unless asked otherwise': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const { items } = await api.branches.list(id)
    assert.deepEqual(items, [
      {
        name: 'main',
        type: 'local',
        is_current: true,
        last_commit: sandbox.oidOf(sandbox.clonePath, 'main'),
      },
    ])
    assert.deepEqual((await api.branches.list(id, { type: 'local' })).items, items)
  },

  'list shows remote branches with their remote’s name, and all of both': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    const remote = (await api.branches.list(id, { type: 'remote' })).items
    assert.deepEqual(namesOf(remote).sort(), ['origin/develop', 'origin/feature/login', 'origin/main'])
    for (const branch of remote) {
      isRecord(branchSchema, branch)
      assert.equal(branch.type, 'remote')
      assert.equal(branch.is_current, false)
      assert.equal(
        branch.last_commit,
        sandbox.git(sandbox.clonePath, 'rev-parse', `refs/remotes/${branch.name}`),
      )
    }
    const all = (await api.branches.list(id, { type: 'all' })).items
    assert.deepEqual(namesOf(all).sort(), ['main', 'origin/develop', 'origin/feature/login', 'origin/main'])
  },

  'list shows the repository as it is now, not as it was registered': async (subject) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'branch', 'made/elsewhere')
    assert.deepEqual(namesOf((await api.branches.list(id)).items), ['made/elsewhere', 'main'].sort())
  },

  'list is paged like every list': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.originPath })
    const { items, ...whole } = await api.branches.list(id)
    assert.deepEqual(whole, { total: 3, page: 1, page_size: 3 })
    assert.deepEqual(namesOf(items).sort(), ['develop', 'feature/login', 'main'])
    assert.deepEqual(await api.branches.list(id, { page: 2, page_size: 2 }), {
      items: items.slice(2),
      total: 3,
      page: 2,
      page_size: 2,
    })
    assert.deepEqual(await api.branches.list(id, { page: 4 }), {
      items: [],
      total: 3,
      page: 4,
      page_size: 20,
    })
    await refuses(api.branches.list(id, { page: 0 }), 'INVALID_INPUT', { field: 'page' })
    await refuses(api.branches.list(id, { page_size: 101 }), 'INVALID_INPUT', { field: 'page_size' })
  },

  'list refuses another type': async (subject) => {
    const { api, id } = await withClone(subject)
    for (const type of ['tags', 'LOCAL', 'local,remote']) {
      await refuses(api.branches.list(id, { type } as unknown as BranchQuery), 'INVALID_INPUT', {
        field: 'type',
        of: type,
      })
    }
  },

  'list knows no current branch when HEAD is detached, and none at all when it is unborn': async (
    subject,
  ) => {
    const { api, sandbox, id } = await withClone(subject)
    sandbox.git(sandbox.clonePath, 'checkout', '--quiet', '--detach')
    assert.deepEqual(
      (await api.branches.list(id)).items.map(({ name, is_current }) => ({ name, is_current })),
      [{ name: 'main', is_current: false }],
    )
    const empty = await api.repos.register({ path: sandbox.bareBackupPath })
    assert.deepEqual((await api.branches.list(empty.id)).items, [])
  },
}
