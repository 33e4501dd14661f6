import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../../src/contract/index.ts'
import { type GitferryError, isGitferryError } from '../../src/errors/index.ts'
import { type MethodRight, methodRights } from '../../src/rights/method-rights.ts'
import { changeAt, type EndpointRight, endpointRights } from '../../src/wire/index.ts'

type Namespace = { readonly [name: string]: MethodRight | Namespace }

/** Every method by its path: `sync.runs.wait`. */
function methodsOf(namespace: Namespace, path: readonly string[] = []): [string, MethodRight][] {
  return Object.entries(namespace).flatMap(([name, found]) =>
    'refusing' in found
      ? [[[...path, name].join('.'), found as MethodRight] as [string, MethodRight]]
      : methodsOf(found as Namespace, [...path, name]),
  )
}

const methods = methodsOf(methodRights as unknown as Namespace)
/** An id that nothing has: what is allowed comes to NOT_FOUND, or to INVALID_INPUT where no id is taken. */
const nothing = 987_654_321

const ended = AbortSignal.abort()
const eventArguments: Record<string, readonly unknown[]> = {
  on: ['key.deleted', () => {}],
  events: ['key.deleted', { signal: ended }],
  eventsOf: [['key.deleted'], { signal: ended }],
}

let folder: string
let storage: StorageAdapter
let gitferry: Gitferry
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-rights-'))
  storage = memoryStorage()
  gitferry = createGitferry({ storage, dataDir: join(folder, 'data'), forkServer: false })
  await gitferry.start()
})
afterAll(async () => {
  await gitferry.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Calls a method; answers what was thrown, and where. */
async function ask(api: Gitferry, path: string, { refusing }: MethodRight) {
  const names = path.split('.')
  const owner = names.slice(0, -1).reduce<object>((found, name) => Reflect.get(found, name) as object, api)
  let place: 'call' | 'promise' | 'loop' = 'call'
  try {
    const method = Reflect.get(owner, names.at(-1)!) as (...given: readonly unknown[]) => unknown
    const answer = Reflect.apply(method, owner, eventArguments[path] ?? [nothing, {}])
    place = refusing === 'loop' ? 'loop' : 'promise'
    if (refusing === 'loop') await (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()
    else await answer
    return undefined
  } catch (error) {
    return { error, place }
  }
}

const reach: Record<string, number> = { member: 0, read: 1, write: 2, admin: 3 }

/** The rule once more, written apart from the code. */
function mayAsk(
  { scope: asked, within, byRole }: EndpointRight,
  { scope = 'admin', repoIds }: Principal,
): boolean {
  if (asked === 'open') return true
  const mayHaveTheRole = byRole === true && (scope === 'member' || scope === 'write')
  return (reach[scope]! >= reach[asked]! || mayHaveTheRole) && (within || repoIds == null)
}

const principals: readonly Principal[] = [
  { user: 'all' },
  { user: 'member', scope: 'member' },
  { user: 'reader', scope: 'read' },
  { user: 'writer', scope: 'write' },
  { user: 'admin', scope: 'admin' },
  { user: 'member of one', scope: 'member', repoIds: [1] },
  { user: 'reader of one', scope: 'read', repoIds: [1] },
  { user: 'writer of one', scope: 'write', repoIds: [1] },
  { user: 'admin of one', repoIds: [1] },
]

const namesakes: Record<string, string> = {
  'sync.runs.wait': 'sync.runs.get',
  'sync.runs.follow': 'sync.runs.log',
  'jobs.wait': 'jobs.get',
  on: 'events',
  eventsOf: 'events',
}

describe.each(methods)('%s', (path, method) => {
  it('asks for the right of the endpoint that is called so, or of the one that answers the same', () => {
    expect(method.endpoint).toBe(namesakes[path] ?? path.replace(/\.all$/, '.list'))
  })

  it('is refused to whom the rights do not reach so far, and to nobody else', async () => {
    for (const principal of principals) await asked(principal, path, method)
  })
})

async function asked(principal: Principal, path: string, method: MethodRight): Promise<void> {
  const { user } = principal
  const api = gitferry.as({ ...principal })
  const entries = () => storage.collection('audit_log').find({ where: { operator: user } })
  const before = (await entries()).length
  const refused = await ask(api, path, method)
  const fresh = (await entries()).slice(before)
  if (mayAsk(endpointRights[method.endpoint], principal)) {
    expect(isGitferryError(refused?.error, 'FORBIDDEN'), user).toBe(false)
    expect(fresh.every(({ error_code }) => error_code !== 'FORBIDDEN')).toBe(true)
    return
  }
  expect(refused, user).toMatchObject({ error: { code: 'FORBIDDEN' }, place: method.refusing })
  const change = changeAt(method.endpoint)
  const entry = { ...change, object_id: nothing, result: 'failure', error_code: 'FORBIDDEN', operator: user }
  expect(fresh, user).toMatchObject(change === undefined ? [] : [entry])
  if (change === undefined) return
  // as the server does with every change that fails
  const subject = { type: 'update', object_type: 'repo', object_id: null } as const
  await api.refused(subject, refused!.error as GitferryError)
  expect((await entries()).length, user).toBe(before + 1)
}

describe('a principal that is kept for several calls', () => {
  it('has an entry of every change that is refused, also after one that was made', async () => {
    const writer = gitferry.as({ user: 'kept', scope: 'write' })
    await writer.repos.create({ name: 'made' })
    await expect(writer.tokens.delete(5)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(writer.keys.generate({ name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const entries = await storage.collection('audit_log').find({ where: { operator: 'kept' } })
    expect(entries).toMatchObject([
      { object_type: 'repo', result: 'success' },
      { type: 'delete', object_type: 'token', object_id: 5, result: 'failure', error_code: 'FORBIDDEN' },
      { type: 'create', object_type: 'ssh_key', object_id: null, error_code: 'FORBIDDEN' },
    ])
  })

  it('a loop that was refused ends with its error, and one that is left before says nothing', async () => {
    const reader = gitferry.as({ user: 'reader', scope: 'read' })
    const loop = reader.audit.export()[Symbol.asyncIterator]()
    await expect(loop.next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await loop.next()).toEqual({ done: true, value: undefined })
    const left = reader.audit.all()[Symbol.asyncIterator]()
    expect(await left.return?.()).toEqual({ done: true, value: undefined })
    expect(await left.next()).toEqual({ done: true, value: undefined })
  })
})
