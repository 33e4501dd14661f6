import { type Scope, scopes } from '@gitferry/core/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Address, addresses } from './route-rights/addresses.ts'
import { type RightsWorld, rightsWorld, type Sent } from './route-rights/world.ts'

type Expected = 401 | 403 | 'answered'

const hour = 3_600_000
const shownAs: Readonly<Record<string, (token: string) => Readonly<Record<string, string>>>> = {
  'Authorization: Bearer': (token) => ({ Authorization: `Bearer ${token}` }),
  'X-Auth-Token': (token) => ({ 'X-Auth-Token': token }),
}

const held: Readonly<Record<Scope, readonly string[]>> = {
  member: ['open'],
  read: ['open', 'read'],
  write: ['open', 'read', 'write'],
  admin: ['open', 'read', 'write', 'admin'],
}

/** What a caller gets there whose credential has this scope and, where it is restricted, reaches one repository. */
const expectedOf = ({ right }: Address, scope: Scope, isRestricted = false): Expected => {
  // what a role in a repository may give, the service behind the address asks for
  const mayHaveTheRole = right.byRole === true && (scope === 'member' || scope === 'write')
  const isReached = held[scope].includes(right.scope) || mayHaveTheRole
  return isReached && (right.within || !isRestricted) ? 'answered' : 403
}

const isOpen = ({ right }: Address): boolean => right.scope === 'open'

const open = addresses.filter(isOpen)
const closed = addresses.filter((address) => !isOpen(address))

/** Status and code; of what was answered at all, only that much. */
async function ask(world: RightsWorld, [request, sent]: Address['idle'], headers: Sent['headers'] = {}) {
  const answer = await world.send(request, { ...sent, headers: { ...sent.headers, ...headers } })
  const isError = answer.status >= 400 && !request.startsWith('HEAD')
  const { error } = isError ? ((await answer.json()) as { error: { code: string } }) : { error: undefined }
  if (!isError) await answer.body?.cancel()
  return { status: answer.status, code: error?.code, authenticate: answer.headers.get('WWW-Authenticate') }
}

/** As HEAD too, where there is one. */
const asHead = ({ method }: Address, [request, sent]: Address['idle']): Address['idle'][] =>
  method === 'GET'
    ? [
        [request, sent],
        [request.replace('GET', 'HEAD'), sent],
      ]
    : [[request, sent]]

async function expectAnswered(world: RightsWorld, address: Address, headers: Sent['headers']) {
  for (const request of asHead(address, address.idle)) {
    const { code, status } = await ask(world, request, headers)
    const what = `${address.name} (${request[0]}): ${code}`
    // nothing is there, or nothing sensible was sent; but the caller may ask
    expect([200, 400, 404], what).toContain(status)
    expect(code, what).not.toBe('INTERNAL')
  }
}

async function expectRefused(world: RightsWorld, address: Address, headers: Sent['headers'], how: 401 | 403) {
  for (const request of asHead(address, address.effective)) {
    const { authenticate, code, status } = await ask(world, request, headers)
    expect(status, `${address.name} (${request[0]}): ${code}`).toBe(how)
    if (!request[0].startsWith('HEAD')) expect(code).toBe(how === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN')
    expect(authenticate).toBe(how === 401 ? 'Bearer' : null)
  }
}

describe('before any token was made', () => {
  it.each([
    [false, '127.0.0.1', 'answered'],
    [false, '203.0.113.7', 401],
    [true, '203.0.113.7', 'answered'],
  ] as const)('with insecure %s, whoever asks from %s is %s', async (insecure, from, expected) => {
    const world = await rightsWorld({ insecure, empty: true })
    const fromThere: RightsWorld = {
      ...world,
      send: (request, sent) => world.send(request, { ...sent, from }),
    }
    try {
      for (const address of addresses) {
        if (expected === 401 && !isOpen(address)) await expectRefused(fromThere, address, {}, 401)
        else await expectAnswered(fromThere, address, {})
        if (!isOpen(address)) {
          const { status } = await ask(fromThere, address.idle, { 'X-Auth-Token': 'no-token-of-anybody' })
          expect(status, address.name).toBe(401)
        }
      }
    } finally {
      await world.dispose()
    }
  })
})

describe('once a token was made', () => {
  let world: RightsWorld
  const tokens = new Map<string, { readonly id: number; readonly user_id: number; readonly text: string }>()

  beforeAll(async () => {
    world = await rightsWorld()
    const make = async (
      name: string,
      scope: Scope,
      more: { repo_ids?: number[]; expires_at?: string } = {},
    ) => {
      const { id, token: text, user_id } = await world.api.tokens.create({ name, scope, ...more })
      tokens.set(name, { id, user_id, text })
    }
    // the one that would be revoked, were anybody allowed to
    await make('first', 'read')
    for (const scope of scopes) {
      await make(scope, scope)
      await make(`restricted-${scope}`, scope, { repo_ids: [1] })
    }
    await make('expiring', 'admin', { expires_at: new Date(world.clock.now() + hour).toISOString() })
    await make('revoked', 'admin')
    await make('of-nobody', 'admin')
    await world.newEntries()
  })

  afterAll(() => world.dispose())

  const textOf = (name: string): string => tokens.get(name)!.text

  /** What is refused changes nothing; each change that is refused to somebody known has one entry, in their name. */
  async function expectNothingChanged(
    work: () => Promise<unknown>,
    refused: readonly Address[],
    operator?: string,
  ) {
    const before = await world.snapshot()
    await world.newEntries()
    await work()
    expect(await world.snapshot()).toEqual(before)
    const entries = (await world.newEntries()).map(
      ({ type, object_type, operator, result, error_code, ip }) => ({
        ...{ type, object_type, operator, result, error_code, ip },
      }),
    )
    const wanted = refused.flatMap(({ change }) => (change === undefined ? [] : [change]))
    expect(entries).toEqual(
      wanted.map((change) => ({
        ...{ ...change, operator, result: 'failure', error_code: 'FORBIDDEN', ip: '127.0.0.1' },
      })),
    )
  }

  describe.each(Object.entries(shownAs))('shown as %s', (_, headersOf) => {
    it.each(
      scopes.flatMap((scope) => [
        [scope, scope, false] as const,
        [`restricted-${scope}`, scope, true] as const,
      ]),
    )(
      'a token %s is answered where its right reaches, and nowhere else',
      async (name, scope, isRestricted) => {
        const headers = headersOf(textOf(name))
        const refused = addresses.filter((address) => expectedOf(address, scope, isRestricted) === 403)
        await expectNothingChanged(
          async () => {
            for (const address of refused) await expectRefused(world, address, headers, 403)
          },
          refused,
          name,
        )
        for (const address of addresses.filter((each) => !refused.includes(each))) {
          await expectAnswered(world, address, headers)
        }
      },
    )

    it('what is no good token is refused everywhere but where none is asked for', async () => {
      const [, publicId, secret = ''] = textOf('admin').split(/_(.{12})_/)
      const [, otherId, otherSecret] = textOf('read').split(/_(.{12})_/)
      const flipped = secret.startsWith('A') ? 'B' : 'A'
      const bad = [
        `gitferry_${publicId}_${flipped}${secret.slice(1)}`,
        `gitferry_${publicId}_${otherSecret}`,
        `gitferry_${otherId}_${secret}`,
        `gitferry_${publicId}_${secret}=`,
        `gitferry_${publicId}_${secret.slice(0, -1)}`,
        `gitferry_${publicId}_`,
        `gitferry_${publicId}`,
        textOf('admin').toUpperCase(),
        secret,
        String(tokens.get('admin')!.id),
        'gitferry_%_%',
        'null',
      ]
      await expectNothingChanged(async () => {
        for (const [index, address] of closed.entries()) {
          // every one somewhere, and some everywhere
          for (const text of new Set([bad[0]!, bad[2]!, bad[index % bad.length]!])) {
            await expectRefused(world, address, headersOf(text), 401)
          }
        }
      }, [])
      for (const address of open) {
        for (const text of bad) await expectAnswered(world, address, headersOf(text))
      }
    })
  })

  async function expectShutOut(headers: Sent['headers'], from?: string) {
    const fromThere: RightsWorld = {
      ...world,
      send: (request, sent) => world.send(request, { ...sent, from }),
    }
    await expectNothingChanged(async () => {
      for (const address of closed) await expectRefused(fromThere, address, headers, 401)
    }, [])
    for (const address of open) await expectAnswered(fromThere, address, headers)
  }

  it.each(['127.0.0.1', '203.0.113.7'])('nobody is answered who shows none, from %s', async (from) => {
    await expectShutOut({}, from)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['revoked', () => world.api.tokens.delete(tokens.get('revoked')!.id)],
    ['of-nobody', () => world.api.users.delete(tokens.get('of-nobody')!.user_id)],
    ['expiring', () => world.clock.advance(hour)],
  ])('a token that is %s is good until then, and refused everywhere from then on', async (name, end) => {
    const headers = { Authorization: `Bearer ${textOf(name)}` }
    for (const address of addresses) await expectAnswered(world, address, headers)
    await end()
    await expectShutOut(headers)
  })

  it('a token of one repository is answered of that one, and the others are not there', async () => {
    const headers = { 'X-Auth-Token': textOf('restricted-admin') }
    const data = async (path: string) =>
      ((await (await world.send(`GET /api/v1${path}`, { headers })).json()) as { data: unknown }).data
    expect(await data('/repos')).toMatchObject({ repos: [{ id: 1 }], total: 1 })
    expect(await data('/jobs')).toMatchObject({ items: [], total: 0 })
    for (const path of ['/repos/2', '/repos/2/branches', '/repos/2/tags', '/repos/2/remotes', '/jobs/1']) {
      expect((await ask(world, [`GET /api/v1${path}`, {}], headers)).status, path).toBe(404)
    }
    expect((await ask(world, ['GET /api/v1/repos/1/branches', {}], headers)).status).toBe(200)
  })
})
