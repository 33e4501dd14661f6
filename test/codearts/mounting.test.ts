import type { AuditEntry } from '@gitferry/core/contract'
import { createApp } from '@gitferry/server'
import { afterEach, describe, expect, it } from 'vitest'
import { officialClient } from './official-client.ts'
import { type CodeArtsWorld, codeArtsWorld, plain } from './world.ts'

let world: CodeArtsWorld
afterEach(() => world.dispose())

const keys = { method: 'GET', url: '/v1/users/sshkey' } as const
const list = { method: 'GET', url: '/v2/projects/repositories' } as const

describe('the routes', () => {
  it('stand under a prefix, where one is given, and are left out on request', async () => {
    world = await codeArtsWorld({ codearts: { prefix: '/code/arts' } })
    const { accessKey, token } = await world.person('mia')
    const under = officialClient({ endpoint: world.endpoint, accessKey })
    expect(await under.send({ ...keys, url: `/code/arts${keys.url}` })).toMatchObject({ status: 200 })
    const headers = { 'X-Auth-Token': token }
    expect(await world.raw(`GET ${keys.url}`, { headers })).toMatchObject({
      status: 404,
      json: { error: { code: 'NOT_FOUND' } },
    })
    using without = createApp(world.gitferry, { codearts: false })
    const answer = await without.request(`http://localhost${keys.url}`, {
      headers: { ...headers, Host: 'localhost' },
    })
    expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } })
    for (const prefix of ['code', '/code/', '/a b', '//x', '/x/..', '/api', '/healthz']) {
      expect(() => createApp(world.gitferry, { codearts: { prefix } })).toThrow('codearts.prefix: ')
    }
  })

  it('ask for a credential also on this machine, and also where no token was ever made', async () => {
    world = await codeArtsWorld({ insecure: true })
    expect(await world.raw('GET /api/v1/repos')).toMatchObject({ status: 200 })
    expect(await world.raw(`GET ${keys.url}`)).toMatchObject({
      status: 401,
      json: { error_code: 'APIG.0301' },
    })
  })

  it('name the URLs by which the server says that it is reached', async () => {
    world = await codeArtsWorld({
      publicUrl: 'https://git.example.org/here/',
      sshAddress: { host: 'ssh.example.org', port: 22 },
      codearts: { prefix: '/x' },
    })
    const mia = await world.person('mia')
    const { id } = await mia.gitferry.projects.create({ name: 'team' })
    const repo = await mia.gitferry.repos.create({ name: 'app', project_id: id })
    const send = (url: string) => mia.withToken.send({ method: 'GET', url: `/x${url}` })
    expect(await send(`/v2/repositories/${plain(repo)}`)).toMatchObject({
      body: {
        result: {
          https_url: 'https://git.example.org/here/team/app.git',
          ssh_url: 'git@ssh.example.org:team/app.git',
          web_url: `https://git.example.org/here/codehub/${repo.id}/home`,
        },
      },
    })
    expect(await send(`/v1/repositories/${plain(repo)}/statistic-data`)).toMatchObject({
      body: {
        result: {
          archiveUrl: `https://git.example.org/here/x/v2/repositories/${plain(repo)}/archive?sha=main&format=zip`,
        },
      },
    })
    for (const publicUrl of ['git.example.org', 'ftp://x', 'https://x/?y', 'https://x/?', 'https://me@x']) {
      expect(() => createApp(world.gitferry, { publicUrl })).toThrow('publicUrl: ')
    }
  })

  it('name the scheme and the host of the request, where nothing else is said', async () => {
    world = await codeArtsWorld()
    const { token } = await world.person('mia')
    const repo = await world.gitferry.repos.create({ name: 'app', visibility: 20 })
    using app = createApp(world.gitferry, { hostNames: ['git.lan'], sshAddress: { port: 2222 } })
    const answer = await app.request(`https://git.lan/v2/repositories/${plain(repo)}`, {
      headers: { Host: 'git.lan', 'X-Auth-Token': token },
    })
    expect(await answer.json()).toMatchObject({
      result: {
        https_url: 'https://git.lan/local/app.git',
        ssh_url: 'ssh://git@git.lan:2222/local/app.git',
        web_url: `https://git.lan/codehub/${repo.id}/home`,
      },
    })
  })

  it('show a registered repository to those who see all, with no URL, since it is not served to git', async () => {
    world = await codeArtsWorld()
    const path = world.sandbox.repository('mine')
    world.sandbox.commit(path)
    await world.gitferry.repos.register({ path })
    const { token } = await world.gitferry.tokens.create({ name: 'ops', scope: 'admin' })
    const client = officialClient({ endpoint: world.endpoint, token })
    expect(await client.send(list)).toMatchObject({
      body: {
        result: {
          total: 1,
          repositories: [
            { group_name: 'local', project_uuid: null, https_url: null, ssh_url: null, userRole: 40 },
          ],
        },
      },
    })
  })

  it('are counted by their addresses, and never by what stands in a path', async () => {
    world = await codeArtsWorld({ codearts: { prefix: '/x' }, insecure: true })
    const { token } = await world.person('mia')
    const headers = { 'X-Auth-Token': token }
    await world.raw('GET /x/v1/repositories/secret/branch/a/b/file?path=x', { headers })
    await world.raw('GET /x/v1/secret', { headers })
    const { token: admin } = await world.gitferry.tokens.create({ name: 'ops', scope: 'admin' })
    const { bytes } = await world.raw('GET /metrics', { headers: { 'X-Auth-Token': admin } })
    const route = '/x/v1/repositories/{repository_uuid}/branch/{branch_name}/file'
    expect(bytes.toString()).toContain(`http_requests_total{method="GET",status="400",route="${route}"} 1`)
    expect(bytes.toString()).not.toContain('secret')
  })

  it('answer HEAD without a body', async () => {
    world = await codeArtsWorld()
    const { token } = await world.person('mia')
    const answer = await world.raw(`HEAD ${keys.url}`, { headers: { 'X-Auth-Token': token } })
    expect(answer).toMatchObject({ status: 200, bytes: Buffer.alloc(0) })
    const repo = await world.gitferry.repos.create({ name: 'app', visibility: 20 })
    await world.gitferry.content.createCommit(repo.id, {
      branch: 'main',
      message: 'x',
      actions: [{ action: 'create', path: 'x', content: 'x' }],
    })
    const archive = `HEAD /v2/repositories/${plain(repo)}/archive?sha=main&format=zip`
    expect(await world.raw(archive, { headers: { 'X-Auth-Token': token } })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/zip' },
      bytes: Buffer.alloc(0),
    })
  })
})

describe('an imported repository', () => {
  it('has a UUID at once, and a status that tells that it is made, or could not be', async () => {
    world = await codeArtsWorld()
    const { id, uuid } = await world.gitferry.projects.create({ name: 'team' })
    const { token } = await world.gitferry.tokens.create({ name: 'ops', scope: 'write' })
    const client = officialClient({ endpoint: world.endpoint, token })
    const create = (url: string, name = 'imported') =>
      client.send({
        method: 'POST',
        url: '/v1/repositories',
        data: { name, project_uuid: plain({ uuid }), import_url: Buffer.from(url).toString('base64') },
      })
    for (const url of ['http://git.example.org/x.git', 'file:///etc', 'no url at all', 'https://']) {
      expect(await create(url)).toMatchObject({ status: 400, body: { error: { code: 'CH.010001' } } })
    }
    const { body } = await create('https://nowhere.invalid/x.git')
    const { repository_uuid } = (body as { result: { repository_uuid: string } }).result
    const status = () => client.send({ method: 'GET', url: `/v1/repositories/${repository_uuid}/status` })
    // taken by the one that is being made, or free again by now
    expect([1, 2]).toContain(((await status()).body as { result: number }).result)
    const [job] = (await world.gitferry.jobs.list()).items
    await world.gitferry.jobs.wait(job!.id)
    expect(await status()).toMatchObject({ body: { result: 2, status: 'success' } })
    const noa = await world.person('noa')
    const asked = { method: 'GET', url: `/v1/repositories/${repository_uuid}/status` } as const
    expect(await noa.withToken.send(asked)).toMatchObject({ status: 404 })

    // by the same way, from where this machine can be reached
    const source = world.sandbox.bare('source')
    const clone = {
      url: source,
      name: 'cloned',
      project_id: id,
      visibility: 10,
      description: 'A copy',
    } as const
    const made = await world.gitferry.repos.clone(clone)
    const wanted = plain({ uuid: await world.gitferry.lookUp.uuidOfClone(made.id) })
    const { repo_id } = await world.gitferry.jobs.wait(made.id)
    expect(await world.gitferry.repos.get(repo_id!)).toMatchObject({
      name: 'cloned',
      group_name: 'team',
      project_id: id,
      visibility: 10,
      description: 'A copy',
    })
    expect(plain(await world.gitferry.repos.get(repo_id!))).toBe(wanted)
    expect(await client.send({ method: 'GET', url: `/v1/repositories/${wanted}/status` })).toMatchObject({
      body: { result: 0 },
    })
    await expect(world.gitferry.repos.clone(clone)).rejects.toMatchObject({ code: 'REPO_EXISTS' })
  })
})

describe('the audit log', () => {
  it('has one entry of every change, also of one that is refused before a service sees it', async () => {
    world = await codeArtsWorld()
    const mia = await world.person('mia')
    const { id } = await mia.gitferry.projects.create({ name: 'team' })
    const made = await mia.gitferry.repos.create({ name: 'app', project_id: id })
    const repo = await world.gitferry.repos.get(made.id)
    world.sandbox.run(world.sandbox.dir, 'clone', '-q', repo.path, 'work')
    const work = world.sandbox.path('work')
    world.sandbox.commit(work)
    world.sandbox.run(work, 'push', '-q', repo.path, 'HEAD:refs/heads/main')
    let last = (await entries()).at(-1)?.id ?? 0

    async function entries(): Promise<AuditEntry[]> {
      const all = await Array.fromAsync(world.gitferry.audit.all())
      return all.sort((a, b) => a.id - b.id)
    }
    async function newEntries() {
      const all = (await entries()).filter((entry) => entry.id > last)
      last = Math.max(last, ...all.map((entry) => entry.id))
      return all.map(({ object_type, operator, result, type }) => ({ object_type, operator, result, type }))
    }
    const post = (url: string, data: object) => mia.signing.send({ method: 'POST', url, data })
    const tags = `/v2/repositories/${repo.id}/tags`
    const entry = { operator: 'mia', object_type: 'tag', type: 'create' }

    await post(tags, { tag_name: 'v1', ref: 'main' })
    expect(await newEntries()).toEqual([{ ...entry, result: 'success' }])
    await post(tags, { tag_name: 'v1', ref: 'main' })
    expect(await newEntries()).toEqual([{ ...entry, result: 'failure' }])
    await post(tags, { tag_name: '' })
    expect(await newEntries()).toEqual([{ ...entry, result: 'failure' }])
    await post('/v2/repositories/x/tags', { tag_name: 'v2', ref: 'main' })
    expect(await newEntries()).toEqual([{ ...entry, result: 'failure' }])
    await mia.signing.send({ method: 'GET', url: tags })
    await world.raw(`POST ${tags}`)
    expect(await newEntries()).toEqual([])
  })
})
