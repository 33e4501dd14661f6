import assert from 'node:assert/strict'
import { type ForkRepo, repo as repoSchema } from '../../contract/index.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { collect, isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import { signInAs } from './sign-in.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

const refsOf = ({ sandbox }: ApiSubject, repository: string, ...patterns: string[]): string =>
  sandbox.git(repository, 'for-each-ref', '--format=%(objectname) %(refname)', ...patterns)

export const forkRules: ApiRules = {
  'a fork has the branches, the tags and the main branch of its original, and nothing else': async (
    subject,
  ) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    sandbox.git(sandbox.clonePath, 'checkout', '-q', 'develop')
    sandbox.git(sandbox.clonePath, 'update-ref', 'refs/gitferry/x', 'HEAD')
    sandbox.git(sandbox.clonePath, 'tag', '-a', '-m', 'signed off', 'v2', 'main')
    const copy = await api.repos.fork(id, { name: 'copy' })
    isRecord(repoSchema, copy)
    assert.deepEqual(
      [copy.name, copy.group_name, copy.forked_from_id, copy.is_hosted, copy.current_branch],
      ['copy', 'local', id, true, 'main'],
    )
    assert.deepEqual([copy.remotes, copy.visibility, copy.description], [[], 0, null])
    assert.deepEqual(await api.repos.get(copy.id), copy)
    const expected = refsOf(subject, sandbox.clonePath, 'refs/heads', 'refs/tags')
    assert.equal(refsOf(subject, copy.path), expected)
    assert.match(expected, /refs\/tags\/v2/)
    // nothing is shared: the copy is whole without the original
    sandbox.git(copy.path, 'fsck', '--strict')
    assert.equal(sandbox.exists(`${copy.path}/objects/info/alternates`), false)
    const again = await api.repos.fork(copy.id, { name: 'copy of the copy' })
    assert.equal(refsOf(subject, again.path), expected)
  },

  'a fork of an empty repository is empty, with the same main branch and object format': async ({
    api,
    sandbox,
  }) => {
    const empty = { name: 'empty', default_branch: 'trunk', object_format: 'sha256' } as const
    const { id } = await api.repos.create(empty)
    const copy = await api.repos.fork(id, { name: 'copy' })
    assert.deepEqual([copy.current_branch, sandbox.git(copy.path, 'for-each-ref')], ['trunk', ''])
    assert.equal(sandbox.git(copy.path, 'rev-parse', '--show-object-format'), 'sha256')
  },

  'a fork takes a reader of the original and a developer of the project that it goes into': async (
    subject,
  ) => {
    const { api } = subject
    const mia = await signInAs(subject, 'mia')
    const [source, mine] = [
      await api.repos.create({ name: 'app' }),
      await mia.api.projects.create({ name: 'mine' }),
    ]
    const others = await api.projects.create({ name: 'others' })
    const project_id = mine.id
    await refuses(mia.api.repos.fork(source.id, { project_id }), 'ROLE_MISSING')
    await api.members.set(source.id, mia.user.id, { role: 20 })
    await refuses(mia.api.repos.fork(source.id), 'ROLE_MISSING', { field: 'project_id' })
    await refuses(mia.api.repos.fork(source.id, { project_id: others.id }), 'ROLE_MISSING')
    const copy = await mia.api.repos.fork(source.id, { project_id })
    assert.deepEqual([copy.name, copy.group_name, copy.creator_id], ['app', 'mine', mia.user.id])
    await api.repos.update(source.id, { visibility: 20 })
    await api.members.delete(source.id, mia.user.id)
    await mia.api.repos.fork(source.id, { project_id, name: 'again' })
  },

  'a fork takes none of the members, keys and protection of its original': async (subject) => {
    const { api, sandbox } = subject
    const ann = await signInAs(subject, 'ann')
    const [bob, eve] = [await api.users.create({ name: 'bob' }), await api.users.create({ name: 'eve' })]
    const { id: project_id } = await ann.api.projects.create({ name: 'shop' })
    await ann.api.projects.members.set(project_id, eve.id, { role: 20 })
    const source = await ann.api.repos.create({ name: 'app', project_id })
    await ann.api.members.set(source.id, bob.id, { role: 30 })
    await ann.api.deployKeys.add(source.id, { title: 'x', key: sandbox.sshKey().publicKey })
    await ann.api.protection.set(source.id, { kind: 'tag', name: 'v*', push_level: 40 })
    const membersOf = async (fields: ForkRepo) => {
      const copy = await ann.api.repos.fork(source.id, { project_id, ...fields })
      assert.equal((await ann.api.deployKeys.list(copy.id)).total, 0)
      assert.deepEqual(await collect(ann.api.protection.all(copy.id)), [])
      return (await ann.api.members.list(copy.id)).items.map(({ name, role }) => `${name} ${role}`).sort()
    }
    assert.deepEqual(await membersOf({ name: 'one' }), ['ann 40'])
    assert.deepEqual(await membersOf({ name: 'two', import_members: true }), ['ann 40', 'eve 20'])
  },

  'a fork that cannot be is refused with one entry, and leaves nothing': async (subject) => {
    const { api, sandbox } = subject
    const { id, name } = await api.repos.register({ path: sandbox.originPath })
    const { id: project_id } = await api.projects.create({ name: 'shop' })
    const table: [ErrorCode, string, object][] = [
      ['REPO_EXISTS', 'name', {}],
      ['INVALID_INPUT', 'name', { name: '' }],
      ['PROJECT_NOT_FOUND', 'project_id', { project_id: 999_999 }],
      ['INVALID_INPUT', 'visibility', { name: 'x', visibility: 5 }],
      ['INVALID_INPUT', 'import_members', { name: 'x', import_members: 1 }],
    ]
    const entries = (await entriesOf(api)).length
    for (const [code, field, input] of table) {
      await refuses(api.repos.fork(id, input), code, { field, of: input })
    }
    assert.equal((await api.repos.list()).total, 1)
    assert.deepEqual(
      (await entriesOf(api)).slice(0, -entries),
      table.map(([code]) => failure('create', 'repo', null, code)).toReversed(),
    )
    const copy = await api.repos.fork(id, { project_id })
    assert.deepEqual([copy.name, copy.group_name], [name, 'shop'])
    assert.deepEqual((await entriesOf(api))[0], success('create', 'repo', copy.id))
    const [entry] = (await api.audit.list()).items
    assert.equal(entry?.details.forked_from_id, id)
  },
}
