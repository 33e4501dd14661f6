import assert from 'node:assert/strict'
import type { GitferryApi } from '../../contract/api/index.ts'
import { type CreateProject, project as projectSchema } from '../../contract/project.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { collect, isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import { signInAs } from './sign-in.ts'
import type { ApiRules } from './subject.ts'

const namesOf = async (api: GitferryApi) => (await api.projects.list()).items.map(({ name }) => name)

export const projectRules: ApiRules = {
  'whoever makes a project is its admin, and finds it as it was answered': async (subject) => {
    const { user, api } = await signInAs(subject, 'ann')
    const shop = await api.projects.create({ name: 'shop' })
    isRecord(projectSchema, shop)
    const { name, kind, description, creator_id } = shop
    assert.deepEqual(
      { name, kind, description, creator_id },
      { name: 'shop', kind: 'scrum', description: null, creator_id: user.id },
    )
    const other = await api.projects.create({ name: 'Other_1', kind: 'normal', description: 'of others' })
    assert.deepEqual([other.kind, other.description], ['normal', 'of others'])
    assert.deepEqual(await api.projects.get(shop.id), shop)
    assert.deepEqual((await api.projects.list()).items, [shop, other])
    const [member, ...more] = (await api.projects.members.list(shop.id)).items
    assert.deepEqual([member?.user_id, member?.name, member?.role, more.length], [user.id, 'ann', 40, 0])
    assert.equal((await subject.api.projects.create({ name: 'operators' })).creator_id, null)
  },

  'a project has a name of its own in any case, and one that an address can begin with': async ({ api }) => {
    const { id } = await api.projects.create({ name: 'Shop' })
    const taken = await refuses(api.projects.create({ name: 'sHOP' }), 'PROJECT_EXISTS', { field: 'name' })
    assert.equal(taken.details.id, id)
    const bad = ['', '1shop', 'my shop', 'a/b', 'a.b', 'ä', 'x'.repeat(101), 'local', 'API', 'v1', 'healthz']
    for (const name of bad) {
      await refuses(api.projects.create({ name }), 'INVALID_INPUT', { field: 'name', of: name })
    }
    const kind = 'waterfall' as CreateProject['kind']
    await refuses(api.projects.create({ name: 'x', kind }), 'INVALID_INPUT', { field: 'kind' })
    assert.deepEqual(await namesOf(api), ['Shop'])
  },

  'a caller sees the projects that they have to do with, and whose scope reads everything sees every one':
    async (subject) => {
      const { api } = subject
      const [mia, reader] = [await signInAs(subject, 'mia'), await signInAs(subject, 'reader', 'read')]
      const [hidden, joined, held] = [
        await api.projects.create({ name: 'hidden' }),
        await api.projects.create({ name: 'joined' }),
        await api.projects.create({ name: 'held' }),
      ]
      await api.projects.members.set(joined.id, mia.user.id, { role: 20 })
      const repo = await api.repos.create({ name: 'app', project_id: held.id })
      await api.members.set(repo.id, mia.user.id, { role: 20 })
      assert.deepEqual(await namesOf(mia.api), ['joined', 'held'])
      assert.deepEqual(await collect(mia.api.projects.all()), [joined, held])
      assert.deepEqual(await mia.api.projects.list({ page: 2, page_size: 1 }), {
        items: [held],
        total: 2,
        page: 2,
        page_size: 1,
      })
      assert.deepEqual(await mia.api.projects.get(held.id), held)
      await refuses(mia.api.projects.get(hidden.id), 'ROLE_MISSING')
      await refuses(mia.api.projects.members.list(held.id), 'ROLE_MISSING')
      assert.deepEqual(await namesOf(reader.api), ['hidden', 'joined', 'held'])
      assert.deepEqual(await reader.api.projects.get(hidden.id), hidden)
    },

  'a project is deleted by an admin, once it holds no repository': async (subject) => {
    const { api } = subject
    const [ann, dev] = [await signInAs(subject, 'ann'), await signInAs(subject, 'dev', 'write')]
    const { id } = await ann.api.projects.create({ name: 'shop' })
    await ann.api.projects.members.set(id, dev.user.id, { role: 30 })
    const repo = await ann.api.repos.create({ name: 'app', project_id: id })
    await refuses(dev.api.projects.delete(id), 'ROLE_MISSING')
    const held = await refuses(ann.api.projects.delete(id), 'PROJECT_IN_USE')
    assert.deepEqual(held.details.repo_ids, [repo.id])
    assert.match(held.message, /"app"/)
    await ann.api.repos.delete(repo.id)
    assert.deepEqual(await ann.api.projects.delete(id), { id, deleted: true })
    await refuses(ann.api.projects.get(id), 'PROJECT_NOT_FOUND')
    assert.deepEqual(await namesOf(api), [])
    assert.notEqual((await api.projects.create({ name: 'shop' })).id, id)
  },

  'making and deleting a project leave one entry each, also when they are refused': async ({ api }) => {
    const { id } = await api.projects.create({ name: 'shop' })
    await refuses(api.projects.create({ name: 'shop' }), 'PROJECT_EXISTS')
    await api.projects.delete(id)
    await refuses(api.projects.delete(id), 'PROJECT_NOT_FOUND')
    assert.deepEqual(await entriesOf(api), [
      failure('delete', 'project', id, 'PROJECT_NOT_FOUND'),
      success('delete', 'project', id),
      failure('create', 'project', null, 'PROJECT_EXISTS'),
      success('create', 'project', id),
    ])
  },

  'a repository stands in the project that it is created in, where its name is its own': async (subject) => {
    const { api } = subject
    const ann = await signInAs(subject, 'ann')
    const { id: project_id } = await ann.api.projects.create({ name: 'shop' })
    const repo = await ann.api.repos.create({
      name: 'app',
      project_id,
      description: 'the shop',
      visibility: 10,
    })
    assert.deepEqual(
      [repo.group_name, repo.project_id, repo.description, repo.visibility, repo.creator_id],
      ['shop', project_id, 'the shop', 10, ann.user.id],
    )
    const taken = { name: 'app', project_id }
    await refuses(ann.api.repos.create(taken), 'REPO_EXISTS', { field: 'name' })
    const local = await api.repos.create({ name: 'app' })
    assert.deepEqual(
      [local.group_name, local.project_id, local.description, local.visibility, local.creator_id],
      ['local', null, null, 0, null],
    )
    const other = await ann.api.repos.create({ name: 'other', project_id })
    await refuses(ann.api.repos.update(other.id, { name: 'app' }), 'REPO_EXISTS', { field: 'name' })
    const changed = await ann.api.repos.update(other.id, { visibility: 20, description: null })
    assert.deepEqual([changed.name, changed.visibility, changed.description], ['other', 20, null])
  },

  'where a repository may be created is a matter of the role, or of the scope': async (subject) => {
    const { api } = subject
    const mia = await signInAs(subject, 'mia')
    const { id: project_id } = await api.projects.create({ name: 'shop' })
    const create = (fields: object) => mia.api.repos.create({ name: 'app', ...fields })
    const cases: [ErrorCode, object][] = [
      ['ROLE_MISSING', {}],
      ['ROLE_MISSING', { project_id }],
      ['PROJECT_NOT_FOUND', { project_id: 999_999 }],
      ['INVALID_INPUT', { project_id: 0 }],
    ]
    for (const [code, fields] of cases) await refuses(create(fields), code, { of: fields })
    await api.projects.members.set(project_id, mia.user.id, { role: 20 })
    await refuses(create({ project_id }), 'ROLE_MISSING')
    await api.projects.members.set(project_id, mia.user.id, { role: 30 })
    const { id } = await create({ project_id })
    assert.equal((await mia.api.members.list(id)).items[0]?.role, 40)
    const lost = api.repos.create({ name: 'x', import_members: true })
    await refuses(lost, 'INVALID_INPUT', { field: 'import_members' })
  },
}
