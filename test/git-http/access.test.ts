import { request } from 'node:http'
import type { Repo } from '@gitferry/core'
import { systemClock } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostedWorld, hostedWorld } from './hosted-world.ts'

let world: HostedWorld
let cwd: string
/** Nobody but members may read the one; the other everybody. */
let secret: Repo
let open: Repo
let admin: string
let viewer: string
let developer: string
let outsider: string
let offsetMs = 0

beforeAll(async () => {
  world = await hostedWorld({ clock: { ...systemClock, now: () => systemClock.now() + offsetMs } })
  secret = await world.api.repos.create({ name: 'secret' })
  open = await world.api.repos.create({ name: 'open', visibility: 20 })
  cwd = await world.worktree('tree')
  for (const { name } of [secret, open])
    await world.git(['push', '-q', world.url(`local/${name}`), 'main'], { cwd })
  admin = (await world.api.tokens.create({ name: 'admin', scope: 'admin' })).token
  viewer = await world.member('viewer', secret, 20)
  developer = await world.member('developer', secret, 30)
  outsider = await world.member('outsider', secret, undefined)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const { port } = world.listening
      const outgoing = request(
        { host: '127.0.0.1', port, path, method, headers, agent: false },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString('latin1'),
            }),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    },
  )
}

const basic = (token: string, user = 'ann') => ({
  Authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
})
const refs = (path: string, service = 'git-upload-pack') => `/${path}.git/info/refs?service=${service}`

describe('who may read and push', () => {
  it.each([
    ['a viewer of it', () => viewer, 200, 403],
    ['a developer of it', () => developer, 200, 200],
    ['an admin of everything', () => admin, 200, 200],
    ['somebody signed in who is no member', () => outsider, 404, 404],
    ['whoever shows no token', () => undefined, 401, 401],
    ['whoever shows a wrong one', () => `${developer}x`, 401, 401],
  ])('%s', async (_, token, read, write) => {
    const shown = token()
    const headers = shown === undefined ? {} : basic(shown)
    expect((await ask(refs('local/secret'), { headers })).status).toBe(read)
    expect((await ask(refs('local/secret', 'git-receive-pack'), { headers })).status).toBe(write)
    for (const service of ['git-upload-pack', 'git-receive-pack']) {
      const type = { 'Content-Type': `application/x-${service}-request`, ...headers }
      const asked = await ask(`/local/secret.git/${service}`, { method: 'POST', headers: type, body: '0000' })
      expect(asked.status).toBe(service === 'git-upload-pack' ? read : write)
    }
  })

  it('tells a stranger in no way whether there is a repository', async () => {
    for (const service of ['git-upload-pack', 'git-receive-pack']) {
      const answers = await Promise.all(
        ['local/secret', 'local/none', 'none/none'].map((path) => ask(refs(path, service))),
      )
      const [first, ...others] = answers.map(({ status, text, headers }) => ({
        status,
        text,
        asks: headers['www-authenticate'],
      }))
      expect(first).toEqual({
        status: 401,
        text: first?.text,
        asks: 'Basic realm="gitferry", charset="UTF-8"',
      })
      for (const other of others) expect(other).toEqual(first)
    }
    const [there, not] = await Promise.all(
      ['local/secret', 'local/none'].map((path) => ask(refs(path), { headers: basic(outsider) })),
    )
    expect(there?.text.replace('secret', 'none')).toBe(not?.text)
  })

  it('lets everybody read what everybody may, and nobody push without a token', async () => {
    const url = world.url('local/open')
    expect((await world.git(['ls-remote', url])).out).toMatch('refs/heads/main')
    expect((await ask(refs('local/open', 'git-receive-pack'))).status).toBe(401)
    expect((await ask(refs('local/open', 'git-receive-pack'), { headers: basic(outsider) })).status).toBe(403)
    // a token that is shown is looked at, also where none is needed
    expect((await ask(refs('local/open'), { headers: basic('gitferry_x_y') })).status).toBe(401)
  })

  it('takes the token as a password with any user name, and as every other caller shows it', async () => {
    for (const headers of [
      basic(developer, ''),
      basic(developer, 'é'),
      { Authorization: `Bearer ${developer}` },
      { 'X-Auth-Token': developer },
    ]) {
      expect((await ask(refs('local/secret'), { headers })).status).toBe(200)
    }
    for (const Authorization of ['Basic', 'Basic !', 'Basic YQ==', 'Basic YTo=', 'Digest a', 'Bearer']) {
      expect((await ask(refs('local/secret'), { headers: { Authorization } })).status, Authorization).toBe(
        401,
      )
    }
  })

  it('refuses a token from the moment on at which it has expired or was revoked', async () => {
    const expires_at = new Date(systemClock.now() + 60_000).toISOString()
    const short = await world.api.tokens.create({ name: 'short', scope: 'read', expires_at })
    const url = world.url('local/secret')
    expect((await world.git(['ls-remote', url], { token: short.token, asksHelper: true })).code).toBe(0)
    offsetMs = 120_000
    const late = await world.git(['ls-remote', url], { token: short.token, asksHelper: true })
    offsetMs = 0
    expect(late.code).toBe(128)
    expect(late.err).toMatch('Authentication failed')
    await world.api.tokens.delete(short.id)
    expect((await world.git(['ls-remote', url], { token: short.token, asksHelper: true })).code).toBe(128)
  })

  it('says to a reader who pushes, in git’s own way, what is missing', async () => {
    const refused = await world.git(['push', world.url('local/secret'), 'HEAD:refs/heads/x'], {
      cwd,
      token: viewer,
    })
    expect(refused.code).toBe(128)
    expect(refused.err).toMatch(
      'remote: You may read local/secret and not push to it: that needs the role of developer',
    )
  })

  it('looks at the role again when the push comes', async () => {
    const late = await world.member('late', secret, 30)
    const headers = { 'Content-Type': 'application/x-git-receive-pack-request', ...basic(late) }
    const command = `${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/x\0report-status`
    const body = `${(command.length + 4).toString(16).padStart(4, '0')}${command}0000`
    const { port } = world.listening
    const answer = new Promise<number>((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port,
          path: '/local/secret.git/git-receive-pack',
          method: 'POST',
          headers,
          agent: false,
        },
        (incoming) => {
          incoming.resume()
          resolve(incoming.statusCode ?? 0)
        },
      )
      outgoing.on('error', reject)
      outgoing.flushHeaders()
      outgoing.write(body.slice(0, 10))
      void (async () => {
        // until the push was let in, by the role of before
        while (world.pushes().length === 0) await new Promise((done) => setImmediate(done))
        await world.storage.collection('members').deleteWhere({ repo_id: secret.id, role: 30 })
        outgoing.end(body.slice(10))
      })()
    })
    expect(await answer).toBe(403)
    expect((await world.api.audit.list({ page_size: 1 })).items[0]).toMatchObject({
      type: 'push',
      operator: 'late',
      result: 'failure',
      error_code: 'ROLE_MISSING',
    })
    expect(world.pushes()).toEqual([])
  })
})

describe('what is answered', () => {
  it('serves hosted repositories alone, and none of a name that the server answers under', async () => {
    const path = `${world.root}/tree`
    const clone = await world.api.repos.register({ path, name: 'registered' })
    expect(clone.group_name).toBe('local')
    expect((await ask(refs('local/registered'), { headers: basic(admin) })).status).toBe(404)
    for (const group of ['api', 'v1', 'V2', 'healthz', 'readyz', 'metrics']) {
      const answer = await ask(refs(`${group}/open`), { headers: { Authorization: `Bearer ${admin}` } })
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toMatch('application/json')
    }
  })

  it('refuses the dumb protocol, other methods, types and compressions, in plain text', async () => {
    const headers = basic(admin)
    const post = {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/x-git-upload-pack-request' },
    }
    const coded = (encoding: string) => ({
      ...post,
      headers: { ...post.headers, 'Content-Encoding': encoding },
    })
    for (const [path, asked, status] of [
      ['/local/open.git/info/refs', { headers }, 403],
      ['/local/open.git/HEAD', { headers }, 403],
      ['/local/open.git/objects/info/packs', { headers }, 403],
      [refs('local/open', 'git-upload-archive'), { headers }, 403],
      [refs('local/open'), { headers, method: 'POST' }, 405],
      ['/local/open.git/git-upload-pack', { headers }, 405],
      ['/local/open.git/git-upload-pack', { headers, method: 'POST' }, 415],
      ['/local/open.git/git-upload-pack', coded('br'), 415],
      ['/local/open.git/git-upload-pack', { ...coded('gzip'), body: 'no gzip' }, 400],
      ['/local/open.git/git-upload-pack', { ...post, body: 'no packet' }, 400],
      [
        '/local/open.git/git-upload-pack',
        { headers: { ...post.headers, Host: 'evil.example' }, method: 'POST' },
        403,
      ],
      [
        '/local/open.git/git-upload-pack',
        { ...coded('x'), headers: { ...post.headers, Origin: 'http://evil.example' } },
        403,
      ],
    ] as const) {
      const answer = await ask(path, asked)
      expect(answer.status, path).toBe(status)
      expect(answer.text).not.toMatch(/\bat \S+\.ts/)
    }
    const { headers: told } = await ask(refs('local/open'), { headers })
    expect(told['content-type']).toBe('application/x-git-upload-pack-advertisement')
    expect(told['cache-control']).toBe('no-cache, max-age=0, must-revalidate')
  })

  it('heeds no wish about the protocol but its version', async () => {
    for (const [wish, first] of [
      ['version=2', '000eversion 2\n'],
      ['version=1', '000eversion 1\n'],
      ['version=1:version=2', '000eversion 2\n'],
      ['a=b:version=2', '000eversion 2\n'],
      ['version=2\t', undefined],
      ['version=9', undefined],
      ['version=2 --upload-pack=x', undefined],
    ] as const) {
      const { text } = await ask(refs('local/open'), { headers: { 'Git-Protocol': wish } })
      const rest = text.slice('001e# service=git-upload-pack\n0000'.length)
      if (first === undefined || wish.endsWith('\t'))
        expect(rest, wish).toMatch(/^[0-9a-f]{44} HEAD\0|^000eversion 2/)
      else expect(rest.startsWith(first), wish).toBe(true)
    }
  })
})
