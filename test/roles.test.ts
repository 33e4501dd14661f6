import { type Role, roles } from '@gitferry/core/contract'
import type { EndpointName, Scope } from '@gitferry/core/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Address, addresses } from './route-rights/addresses.ts'
import { type RightsWorld, rightsWorld } from './route-rights/world.ts'

/** What each address asks of a member, told once more apart from the code; `own`: what is the caller’s own, no role. */
const needed: Readonly<Partial<Record<EndpointName, Role | 'own' | 'scope write'>>> = {
  'repos.list': 'own',
  'repos.get': 20,
  'repos.update': 40,
  'repos.delete': 40,
  'repos.create': 'scope write',
  // a developer of the project that it goes into
  'repos.fork': 30,
  'content.commits': 20,
  'content.tree': 20,
  'content.blob': 20,
  'content.compare': 20,
  'content.createCommit': 30,
  'content.archive': 20,
  'stats.get': 20,
  'members.list': 20,
  'members.set': 40,
  'members.delete': 40,
  'deployKeys.list': 40,
  'deployKeys.add': 40,
  'deployKeys.delete': 40,
  'protection.list': 20,
  'protection.set': 40,
  'protection.delete': 40,
  'projects.list': 'own',
  'projects.get': 20,
  'projects.create': 'own',
  'projects.delete': 40,
  'projects.members.list': 20,
  'projects.members.set': 40,
  'projects.members.delete': 40,
  'publicKeys.list': 'own',
  'publicKeys.add': 'own',
  'publicKeys.delete': 'own',
  'publicKeys.verify': 20,
  'branches.list': 20,
  'branches.create': 30,
  'branches.delete': 30,
  'tags.list': 20,
  'tags.get': 20,
  'tags.create': 30,
  'tags.delete': 30,
}

/** What the scope `write` is enough for, where no role is. */
const byWrite: readonly string[] = ['repos.update', 'repos.delete', 'repos.create']

const byRole = addresses.filter(({ right }) => right.byRole === true)
const needOf = ({ name }: Address) => needed[name as EndpointName]

/** A repository is measured some time after a run. */
const unmeasured = (snapshot: unknown): unknown =>
  JSON.parse(
    JSON.stringify(snapshot, (key, value: unknown) =>
      key === 'size_bytes' || key === 'version' ? undefined : value,
    ),
  )

describe('whose role in a private repository or project does not reach', () => {
  let world: RightsWorld
  const tokens = new Map<string, string>()

  beforeAll(async () => {
    world = await rightsWorld()
    const { api, sandbox } = world
    const { id: project } = await api.projects.create({ name: 'shop' })
    const owner = await api.users.create({ name: 'owner' })
    await api.members.set(1, 1, { role: 40 })
    await api.projects.members.set(project, 1, { role: 40 })
    // the repository 1 is registered, and takes none
    const { id: hosted } = await api.repos.create({ name: 'hosted' })
    await api.deployKeys.add(hosted, { title: 'x', key: sandbox.sshKey().publicKey })
    await api.publicKeys.add({ title: 'x', key: sandbox.sshKey().publicKey, user_id: owner.id })
    await api.protection.set(1, { kind: 'tag', name: 'kept-*' })
    const make = async (name: string, scope: Scope, role?: Role) => {
      const { id: user_id } = await api.users.create({ name })
      if (role) {
        await api.members.set(1, user_id, { role })
        await api.projects.members.set(project, user_id, { role })
      }
      tokens.set(name, (await api.tokens.create({ name, scope, user_id })).token)
    }
    await make('stranger', 'member')
    await make('viewer', 'member', roles.viewer)
    await make('developer', 'member', roles.developer)
    await make('writer', 'write')
  })
  afterAll(() => world.dispose())

  it('is asked for a role at every address that says so', () => {
    expect(byRole.map(({ name }) => name).sort()).toEqual(Object.keys(needed).sort())
  })

  it.each([
    ['stranger', 0],
    ['viewer', roles.viewer],
    ['developer', roles.developer],
    ['writer', roles.developer],
  ] as const)('a %s is refused with ROLE_MISSING and one entry, and nothing changes', async (name, role) => {
    const refused = byRole.filter((address) => {
      const need = needOf(address)
      if (name === 'writer' && byWrite.includes(address.name)) return false
      return need === 'scope write' || (typeof need === 'number' && need > role)
    })
    expect(refused.length).toBeGreaterThan(5)
    const before = unmeasured(await world.snapshot())
    await world.newEntries()
    for (const { effective, name: endpoint } of refused) {
      const [request, sent] = effective
      const headers = { 'X-Auth-Token': tokens.get(name)! }
      const answer = await world.send(request, { ...sent, headers })
      const { error } = (await answer.json()) as { error?: { code: string } }
      expect([endpoint, answer.status, error?.code]).toEqual([endpoint, 403, 'ROLE_MISSING'])
    }
    expect(unmeasured(await world.snapshot())).toEqual(before)
    const entries = await world.newEntries()
    const changes = refused.flatMap(({ change }) => change ?? [])
    expect(entries.map(({ type, object_type }) => ({ type, object_type }))).toEqual(changes)
    for (const entry of entries) {
      expect(entry).toMatchObject({ operator: name, result: 'failure', error_code: 'ROLE_MISSING' })
    }
  })

  it('finds nothing in lists, and none of what is others’ own', async () => {
    const headers = { 'X-Auth-Token': tokens.get('stranger')! }
    for (const list of ['repos', 'projects', 'public-keys']) {
      const answer = await world.send(`GET /api/v1/${list}`, { headers })
      expect((await answer.json()) as object).toMatchObject({ data: { total: 0 } })
    }
    const deleted = await world.send('DELETE /api/v1/public-keys/2', { headers })
    expect((await deleted.json()) as object).toMatchObject({ error: { code: 'PUBLIC_KEY_NOT_FOUND' } })
  })
})
