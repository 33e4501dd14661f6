import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'
import { lookAtHostKey } from '../../../src/git/ssh/look-at-host-key.ts'
import { sshString, uint32 } from '../../../src/git/ssh/ssh-data.ts'
import { ed25519, keyPairs, rsa } from './keys.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

/** Listens, and answers the port, and whoever connects. */
async function listen(server: Server | ssh2.Server) {
  const sockets: Socket[] = []
  if (server instanceof ssh2.Server === false) server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ended.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as { port: number }).port, sockets }
}

/** A server with these keys; what it was asked for after the key exchange. */
async function serve(privateKeys: ssh2.ServerConfig['hostKeys'], algorithms: ssh2.Algorithms = {}) {
  const asked: string[] = []
  const closed = Promise.withResolvers<void>()
  const server = new ssh2.Server({ hostKeys: [...privateKeys], algorithms }, (client) => {
    client.on('authentication', (context) => {
      asked.push(context.method)
      context.reject()
    })
    client.on('error', () => {})
    client.on('close', () => closed.resolve())
  })
  return { ...(await listen(server)), asked, closed: closed.promise }
}

/** What a server sends that ends the connection before any key exchange (RFC 4253, sections 6 and 11.1). */
function farewell(reason: string): Buffer {
  const payload = Buffer.concat([Buffer.of(1), uint32(2), sshString(reason), sshString('')])
  const padding = 4 + ((8 - ((5 + payload.length + 4) % 8)) % 8)
  const packet = [uint32(1 + payload.length + padding), Buffer.of(padding), payload, Buffer.alloc(padding)]
  return Buffer.concat([Buffer.from('SSH-2.0-test\r\n'), ...packet])
}

const place = { address: '127.0.0.1', host: 'git.example.com', known: [] }
const keyOf = (line: string) => {
  const [type = '', public_key = ''] = line.split(' ')
  return { type, public_key }
}

describe('a look at the host key of a server', () => {
  it.each(keyPairs)('shows it, and asks the server for nothing: $name', async (pair) => {
    const { asked, closed, port } = await serve([pair.private])
    expect(await lookAtHostKey({ ...place, port })).toEqual(keyOf(pair.public))
    await closed
    expect(asked).toEqual([])
  })

  it('shows of several keys the one of a known type, else the best', async () => {
    const { port } = await serve([rsa.private, ed25519.private])
    expect((await lookAtHostKey({ ...place, port }))?.type).toBe('ssh-ed25519')
    const known = [{ type: 'ssh-rsa', public_key: 'AAAA' }]
    expect((await lookAtHostKey({ ...place, known, port }))?.type).toBe('ssh-rsa')
  })

  it('shows none of a server that has no key of an accepted kind', async () => {
    const { port } = await serve([rsa.private], { serverHostKey: ['ssh-rsa'] })
    expect(await lookAtHostKey({ ...place, port })).toBeUndefined()
  })

  it('shows none of a server whose RSA key is too short, or whose key is one and a rest', async () => {
    const weak = await serve([ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 }).private])
    expect(await lookAtHostKey({ ...place, port: weak.port })).toBeUndefined()
    const padded = ssh2.utils.parseKey(ed25519.private) as ssh2.ParsedKey
    const blob = Buffer.concat([padded.getPublicSSH(), Buffer.of(0)])
    // ssh2 takes a parsed key here too; its types do not know of it
    const key = Object.assign(padded, { getPublicSSH: () => blob }) as unknown as Buffer
    const { port } = await serve([{ key }])
    expect(await lookAtHostKey({ ...place, port })).toBeUndefined()
  })

  it.each([
    ['says nothing', () => {}, /no answer within 100 ms/, 100],
    ['says why it goes', (socket: Socket) => socket.end(farewell('secret page')), /does not speak SSH/],
    [
      'speaks something else',
      (socket: Socket) => socket.end('HTTP/1.1 400 secret page\r\n\r\n'),
      /does not speak SSH/,
    ],
    [
      'breaks off',
      (socket: Socket) => socket.destroy(),
      /does not speak SSH as it should, or broke|ECONNRESET/,
    ],
  ])(
    'fails at one that %s, and repeats nothing that it said',
    async (_, serveOne, said, timeoutMs = 10_000) => {
      const { port } = await listen(
        createServer((socket) => {
          socket.on('error', () => {})
          serveOne(socket)
        }),
      )
      const look = lookAtHostKey({ ...place, port }, { timeoutMs })
      const error = await look.catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ code: 'GIT_UNREACHABLE', message: expect.stringMatching(said) })
      expect((error as Error).message).toContain(`git.example.com port ${port}`)
      expect((error as Error).message).not.toContain('secret page')
    },
  )

  it('fails where nobody listens, and at one with which nothing can be agreed', async () => {
    const server = await serve([ed25519.private], { kex: ['diffie-hellman-group14-sha1'] })
    await expect(lookAtHostKey({ ...place, port: server.port })).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('(no matching key exchange algorithm)'),
    })
    const gone = createServer()
    const { port } = await listen(gone)
    await new Promise((resolve) => gone.close(resolve))
    await expect(lookAtHostKey({ ...place, port })).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('(ECONNREFUSED)'),
    })
  })

  it('is given up when its caller says so, and leaves no connection', async () => {
    const silent = createServer()
    const { port, sockets } = await listen(silent)
    const controller = new AbortController()
    const look = lookAtHostKey({ ...place, port }, { signal: controller.signal, timeoutMs: 60_000 })
    await once(silent, 'connection')
    const [socket] = sockets
    socket!.resume()
    const closed = once(socket!, 'close')
    controller.abort()
    await expect(look).rejects.toMatchObject({ code: 'ABORTED' })
    await closed
    const { signal } = controller
    await expect(lookAtHostKey({ ...place, port }, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(sockets).toHaveLength(1)
  })
})
