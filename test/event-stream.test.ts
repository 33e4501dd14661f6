import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

let sandbox: ReturnType<typeof createApiSandbox>
let server: ServerProcess

beforeEach(async () => {
  sandbox = createApiSandbox()
  const { dataDir, root } = sandbox
  server = await startServer(['--data-dir', dataDir, '--repo-root', root])
})

afterEach(async () => {
  server.child.kill('SIGKILL')
  await server.ended
  sandbox.remove()
})

const readerOf = async (query = '') =>
  (await fetch(`${server.url}/api/v1/events${query}`)).body!.pipeThrough(new TextDecoderStream()).getReader()

async function readUntil(reader: ReadableStreamDefaultReader<string>, piece: string): Promise<string> {
  let text = ''
  while (!text.includes(piece)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the stream ended without ${piece}: ${text}`)
    text += value
  }
  return text
}

describe('the event stream of a server', () => {
  it('tells what is asked for by name or by prefix, and nothing else', async () => {
    const reader = await readerOf('?names=repo.*,task.created')
    await readUntil(reader, 'event: listening')
    const { repos, sync, branches } = createClient({ baseUrl: server.url })
    const { id } = await repos.register({ path: sandbox.clonePath })
    await branches.create(id, { name: 'x' })
    const task = await sync.tasks.create({ repo_id: id, source_branch: 'main', target_remote: 'backup' })
    await sync.tasks.update(task.id, { name: 'renamed' })
    await repos.update(id, { name: 'last' })
    const text = await readUntil(reader, '"last"')
    expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      'repo.registered',
      'task.created',
      'repo.updated',
    ])
    await reader.cancel()
  })

  it('refuses a name that there is not, and says which field', async () => {
    const answer = await fetch(`${server.url}/api/v1/events?names=run.*,run.ended`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^names: .*"run\.ended"/),
      error: { code: 'INVALID_INPUT', details: { field: 'names' } },
    })
  })

  it('ends with its end when the server stops, which does not wait for it', async () => {
    const reader = await readerOf()
    await readUntil(reader, 'event: listening')
    const stopped = stopServer(server)
    expect(await readUntil(reader, 'event: end\ndata: {}\n\n')).not.toContain('event: run')
    expect((await reader.read()).done).toBe(true)
    expect(await stopped).toBe(0)
  })

  it('is come back to by a client when the server has started anew', async () => {
    const client = createClient({ baseUrl: server.url })
    const heard = Promise.withResolvers<string>()
    const off = client.on('repo.registered', ({ repo }) => heard.resolve(repo.name))
    const { port } = new URL(server.url)
    expect(await stopServer(server)).toBe(0)
    const { dataDir, root } = sandbox
    server = await startServer(['--data-dir', dataDir, '--repo-root', root, '--port', port])
    let over = false
    void heard.promise.then(() => {
      over = true
    })
    // over and over: it comes back when it comes back
    while (!over) {
      const { id } = await client.repos.register({ path: sandbox.clonePath, name: 'again' })
      await client.repos.delete(id)
    }
    expect(await heard.promise).toBe('again')
    off()
  })
})
