import assert from 'node:assert/strict'
import type { GitferryApi, MembersApi } from '../../contract/api/index.ts'
import type { AuditObjectType } from '../../contract/audit-entry.ts'
import type { CreateRepo } from '../../contract/job.ts'
import { type Member, member as memberSchema } from '../../contract/member.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { collect, isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import { signInAs } from './sign-in.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** What has members. */
interface Owner {
  readonly noun: string
  readonly type: AuditObjectType
  /** Makes one, of which nobody is a member yet; answers its id. */
  make(subject: ApiSubject): Promise<number>
  members(api: GitferryApi): MembersApi
}

const owners: readonly Owner[] = [
  {
    noun: 'a repository',
    type: 'member',
    make: async (subject) => (await registerClone(subject)).id,
    members: (api) => api.members,
  },
  {
    noun: 'a project',
    type: 'project_member',
    make: async ({ api }) => (await api.projects.create({ name: 'shop' })).id,
    members: (api) => api.projects.members,
  },
]

const shown = ({ name, role }: Member) => [name, role]

const rulesOf = ({ noun, type, make, members }: Owner): ApiRules => ({
  [`${noun} has each user as a member once, with one role`]: async (subject) => {
    const { api } = subject
    const id = await make(subject)
    const [ann, bob] = [await api.users.create({ name: 'ann' }), await api.users.create({ name: 'bob' })]
    const first = await members(api).set(id, ann.id, { role: 20 })
    isRecord(memberSchema, first)
    assert.deepEqual([first.user_id, first.name, first.role], [ann.id, 'ann', 20])
    await members(api).set(id, bob.id, { role: 40 })
    const changed = await members(api).set(id, ann.id, { role: 30 })
    assert.deepEqual(changed, { ...first, role: 30 })
    assert.deepEqual(await members(api).set(id, ann.id, { role: 30 }), changed)
    const page = await members(api).list(id)
    assert.deepEqual(
      [page.items.map(shown), page.total],
      [
        [
          ['ann', 30],
          ['bob', 40],
        ],
        2,
      ],
    )
    assert.deepEqual(await collect(members(api).all(id)), page.items)
    assert.deepEqual(await members(api).delete(id, ann.id), { user_id: ann.id, deleted: true })
    assert.deepEqual((await members(api).list(id)).items.map(shown), [['bob', 40]])
  },

  [`the members of ${noun} are found by a piece of their name, and counted before they are paged`]: async (
    subject,
  ) => {
    const { api } = subject
    const id = await make(subject)
    for (const name of ['mia', 'mia_b', 'miaxb', 'tom', 'amia', 'stranger-mia']) {
      const user = await api.users.create({ name })
      if (name !== 'stranger-mia') await members(api).set(id, user.id, { role: 20 })
    }
    const find = async (name: string, page = 1, page_size = 100) => {
      const found = await members(api).list(id, { name, page, page_size })
      return [found.items.map((item) => item.name), found.total]
    }
    assert.deepEqual(await find('MIA'), [['mia', 'mia_b', 'miaxb', 'amia'], 4])
    assert.deepEqual(await find('mia', 2, 3), [['amia'], 4])
    assert.deepEqual(await find('mia', 9, 3), [[], 4])
    assert.deepEqual(await find('a_b'), [['mia_b'], 1])
    for (const wild of ['%', '*', 'm.a', 'nobody', '\\']) assert.deepEqual(await find(wild), [[], 0], wild)
    assert.deepEqual((await find(''))[1], 5)
  },

  [`what cannot be of the members of ${noun} is refused, and changes nothing`]: async (subject) => {
    const { api } = subject
    const id = await make(subject)
    const ann = await api.users.create({ name: 'ann' })
    for (const role of [0, 10, 50, '40', null, undefined]) {
      const given = { role } as { role: 40 }
      await refuses(members(api).set(id, ann.id, given), 'INVALID_INPUT', { field: 'role', of: role })
    }
    await refuses(members(api).set(id, 999_999, { role: 20 }), 'USER_NOT_FOUND', { field: 'user_id' })
    await refuses(members(api).set(id, 0, { role: 20 }), 'INVALID_INPUT', { field: 'user_id' })
    await refuses(members(api).delete(id, ann.id), 'MEMBER_NOT_FOUND', { field: 'user_id' })
    assert.equal((await members(api).list(id)).total, 0)
  },

  [`the members of ${noun} are for its admins to choose; whoever wants to leave may`]: async (subject) => {
    const { api } = subject
    const id = await make(subject)
    const ann = await signInAs(subject, 'ann')
    const [dev, guest] = [await signInAs(subject, 'dev'), await signInAs(subject, 'guest')]
    await members(api).set(id, ann.user.id, { role: 40 })
    await members(ann.api).set(id, dev.user.id, { role: 30 })
    assert.equal((await members(dev.api).list(id)).total, 2)
    await refuses(members(dev.api).set(id, guest.user.id, { role: 20 }), 'ROLE_MISSING')
    await refuses(members(dev.api).set(id, dev.user.id, { role: 40 }), 'ROLE_MISSING')
    await refuses(members(dev.api).delete(id, ann.user.id), 'ROLE_MISSING')
    await refuses(members(guest.api).list(id), 'ROLE_MISSING')
    await refuses(collect(members(guest.api).all(id)), 'ROLE_MISSING')
    await refuses(members(guest.api).set(id, guest.user.id, { role: 20 }), 'ROLE_MISSING')
    await refuses(members(guest.api).delete(id, guest.user.id), 'MEMBER_NOT_FOUND')
    await members(dev.api).delete(id, dev.user.id)
    assert.deepEqual((await members(api).list(id)).items.map(shown), [['ann', 40]])
  },

  [`the last admin of ${noun} stays one, unless whoever may do everything decides otherwise`]: async (
    subject,
  ) => {
    const { api } = subject
    const id = await make(subject)
    const [ann, bob] = [await signInAs(subject, 'ann'), await signInAs(subject, 'bob')]
    await members(api).set(id, ann.user.id, { role: 40 })
    await members(ann.api).set(id, bob.user.id, { role: 30 })
    await refuses(members(ann.api).set(id, ann.user.id, { role: 30 }), 'LAST_ADMIN')
    await refuses(members(ann.api).delete(id, ann.user.id), 'LAST_ADMIN')
    await members(ann.api).set(id, bob.user.id, { role: 40 })
    await members(ann.api).set(id, ann.user.id, { role: 20 })
    await refuses(members(bob.api).delete(id, bob.user.id), 'LAST_ADMIN')
    await members(api).delete(id, bob.user.id)
    assert.deepEqual((await members(api).list(id)).items.map(shown), [['ann', 20]])
  },

  [`a user who is deleted is a member of ${noun} no more`]: async (subject) => {
    const { api } = subject
    const id = await make(subject)
    const [ann, bob] = [await api.users.create({ name: 'ann' }), await api.users.create({ name: 'bob' })]
    for (const user of [ann, bob]) await members(api).set(id, user.id, { role: 40 })
    await api.users.delete(ann.id)
    assert.deepEqual((await members(api).list(id)).items.map(shown), [['bob', 40]])
    await refuses(members(api).delete(id, ann.id), 'MEMBER_NOT_FOUND')
  },

  [`a change of the members of ${noun} leaves one entry, also when it is refused`]: async (subject) => {
    const { api } = subject
    const id = await make(subject)
    const ann = await api.users.create({ name: 'ann' })
    const before = (await entriesOf(api)).length
    await members(api).set(id, ann.id, { role: 40 })
    const [entry] = (await api.audit.list()).items
    const { user_id, name, role } = entry!.details
    assert.deepEqual([user_id, name, role], [ann.id, 'ann', 40])
    await refuses(members(api).set(id, 999_999, { role: 40 }), 'USER_NOT_FOUND')
    await members(api).delete(id, ann.id)
    await refuses(members(api).delete(id, ann.id), 'MEMBER_NOT_FOUND')
    assert.deepEqual((await entriesOf(api)).slice(0, -before), [
      failure('delete', type, id, 'MEMBER_NOT_FOUND'),
      success('delete', type, id),
      failure('update', type, id, 'USER_NOT_FOUND'),
      success('update', type, id),
    ])
  },
})

export const memberRules: ApiRules = {
  ...Object.assign({}, ...owners.map(rulesOf)),

  'a repository is created with its creator for an admin, and if asked with the members of its project':
    async (subject) => {
      const { api } = subject
      const ann = await signInAs(subject, 'ann')
      const [dev, eve] = [await api.users.create({ name: 'dev' }), await api.users.create({ name: 'eve' })]
      const { id: project_id } = await ann.api.projects.create({ name: 'shop' })
      await ann.api.projects.members.set(project_id, dev.id, { role: 20 })
      await ann.api.projects.members.set(project_id, eve.id, { role: 40 })
      await ann.api.projects.members.set(project_id, ann.user.id, { role: 30 })
      const membersOf = async (fields: CreateRepo) => {
        const { id } = await ann.api.repos.create({ project_id, ...fields })
        return (await api.members.list(id)).items.map(shown).sort()
      }
      assert.deepEqual(await membersOf({ name: 'own' }), [['ann', 40]])
      assert.deepEqual(await membersOf({ name: 'shared', import_members: true }), [
        ['ann', 40],
        ['dev', 20],
        ['eve', 40],
      ])
      assert.equal((await ann.api.projects.members.list(project_id)).total, 3)
    },

  'a member finds the repositories in which they have a role, page by page, and no other': async (
    subject,
  ) => {
    const { api } = subject
    const mia = await signInAs(subject, 'mia')
    const reader = await signInAs(subject, 'reader', 'read')
    const { id: project_id } = await api.projects.create({ name: 'shop' })
    const make = async (name: string, fields: object) => (await api.repos.create({ name, ...fields })).id
    const open = await make('open', { visibility: 20 })
    const strange = await make('strange', { visibility: 10 })
    const own = await make('own', {})
    const ofProject = await make('of-project', { project_id, visibility: 10 })
    const closed = await make('closed', { project_id })
    await api.members.set(own, mia.user.id, { role: 30 })
    const idsOf = async () => (await mia.api.repos.list()).items.map(({ id }) => id)
    assert.deepEqual(await idsOf(), [open, own])
    await api.projects.members.set(project_id, mia.user.id, { role: 20 })
    assert.deepEqual(await idsOf(), [open, own, ofProject])
    const page = await mia.api.repos.list({ page: 2, page_size: 2 })
    assert.deepEqual([page.items.map(({ id }) => id), page.total], [[ofProject], 3])
    assert.deepEqual((await collect(mia.api.repos.all())).length, 3)
    for (const id of [open, own, ofProject]) assert.equal((await mia.api.repos.get(id)).id, id)
    for (const id of [strange, closed]) await refuses(mia.api.repos.get(id), 'ROLE_MISSING')
    assert.equal((await reader.api.repos.list()).total, 5)
    assert.equal((await reader.api.repos.get(closed)).id, closed)
  },

  'a repository is changed and deleted by its admins, who choose no keys of others for it': async (
    subject,
  ) => {
    const { api } = subject
    const [mia, writer] = [await signInAs(subject, 'mia'), await signInAs(subject, 'writer', 'write')]
    const { id } = await api.repos.create({ name: 'app', visibility: 20 })
    const key = await api.keys.generate({ name: 'of-others' })
    for (const role of [20, 30] as const) {
      await api.members.set(id, mia.user.id, { role })
      await refuses(mia.api.repos.update(id, { name: 'mine' }), 'ROLE_MISSING')
      await refuses(mia.api.repos.delete(id), 'ROLE_MISSING')
    }
    await api.members.set(id, mia.user.id, { role: 40 })
    assert.equal((await mia.api.repos.update(id, { name: 'mine' })).name, 'mine')
    for (const fields of [{ ssh_key_id: key.id }, { ssh_key_id: null }, { credential_id: 1 }]) {
      await refuses(mia.api.repos.update(id, fields), 'FORBIDDEN', { field: Object.keys(fields)[0]! })
    }
    await writer.api.repos.update(id, { ssh_key_id: key.id })
    assert.deepEqual(await mia.api.repos.delete(id), { id, deleted: true })
    await refuses(api.members.list(id), 'REPO_NOT_FOUND')
  },
}
