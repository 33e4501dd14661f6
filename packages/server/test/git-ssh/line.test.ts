import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { generateEd25519 } from '@gitferry/core'
import ssh2, { type Connection, type ServerChannel, type Session } from 'ssh2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Line } from '../../src/git-ssh/line.ts'

const megabyte = 1024 * 1024

/** Both ends of one session: ours, and a client of ssh2 that reads only when it is told to. */
interface Ends {
  readonly line: Line
  readonly socket: Socket
  readonly server: Connection
  readonly channel: ServerChannel
  readonly client: ssh2.Client
  readonly far: ssh2.ClientChannel
  readonly left: AbortController
}

let ends: Ends
let close = () => {}

beforeEach(async () => {
  const listening = createServer()
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as { port: number }
  const joined = Promise.withResolvers<Omit<Ends, 'line' | 'client' | 'far' | 'left'>>()
  const left = new AbortController()
  listening.on('connection', (socket) => {
    const server = new ssh2.Server({ hostKeys: [generateEd25519().privateKey] }, (connection) => {
      connection.on('error', () => {})
      connection.on('authentication', (context) => context.accept())
      connection.on('session', (accept) => {
        const session = accept() as unknown as Session
        session.on('exec', (take) =>
          joined.resolve({ socket, server: connection, channel: take() as ServerChannel }),
        )
      })
    })
    server.injectSocket(socket)
  })
  const client = new ssh2.Client()
  client.connect({ sock: connect(port, '127.0.0.1'), username: 'x', password: 'x' })
  await once(client, 'ready')
  const far = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.exec('x', (error, channel) => (error ? reject(error) : resolve(channel)))
  })
  const near = await joined.promise
  const line = new Line({
    client: near.server,
    socket: near.socket,
    channel: near.channel,
    signal: left.signal,
  })
  ends = { ...near, client, far, left, line }
  close = () => {
    client.destroy()
    listening.close()
  }
})
afterEach(() => close())

const pattern = (bytes: number, seed: number): Buffer => {
  const made = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at)
  return made
}

async function collect(stream: NodeJS.ReadableStream, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    total += chunk.length
    if (total >= bytes) break
  }
  return Buffer.concat(chunks)
}

/** Whether something settles within some turns of the loop, which is all that it takes where nothing waits. */
async function settles(work: Promise<unknown>): Promise<boolean> {
  let isSettled = false
  work.then(
    () => (isSettled = true),
    () => (isSettled = true),
  )
  for (let turn = 0; turn < 20 && !isSettled; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
  return isSettled
}

describe('the line to a client', () => {
  it('waits for the window of a client that does not read, and goes on when it does', async () => {
    const sent = pattern(5 * megabyte, 1)
    const sending = ends.line.send(sent)
    expect(await settles(sending)).toBe(false)
    expect((await collect(ends.far, sent.length)).equals(sent)).toBe(true)
    await sending
  })

  it('brings both streams whole where each had to wait', async () => {
    const [out, errors, more] = [pattern(5 * megabyte, 1), pattern(5 * megabyte, 2), pattern(3 * megabyte, 3)]
    const sending = Promise.all([ends.line.send(out), ends.line.tell(errors), ends.line.send(more)])
    expect(await settles(sending)).toBe(false)
    const all = Buffer.concat([out, more])
    const got: Buffer[] = []
    const told: Buffer[] = []
    ends.far.stderr.on('data', (chunk: Buffer) => told.push(chunk))
    ends.far.on('data', (chunk: Buffer) => got.push(chunk))
    await sending
    ends.channel.exit(0)
    ends.channel.end()
    await once(ends.far, 'close')
    expect(Buffer.concat(told).equals(errors)).toBe(true)
    expect(Buffer.concat(got).equals(all)).toBe(true)
  })

  it('waits for the connection, whatever window the client grants', async () => {
    // as a client would that grants four gigabytes and reads nothing
    const { outgoing } = ends.channel as unknown as { outgoing: { window: number } }
    outgoing.window = 2 ** 32
    const far = (ends.client as unknown as { _sock: Socket })._sock
    far.pause()
    let sent = 0
    const sending = (async () => {
      for (; sent < 256; sent += 1) await ends.line.send(Buffer.alloc(megabyte))
    })()
    expect(await settles(sending)).toBe(false)
    expect(ends.socket.writableLength).toBeLessThan(3 * megabyte)
    expect(sent).toBeLessThan(64)
    ends.left.abort(new Error('gone'))
    await expect(sending).rejects.toThrow('gone')
  })

  it('waits while keys are exchanged, when nothing goes to the connection', async () => {
    const { outgoing } = ends.channel as unknown as { outgoing: { window: number } }
    outgoing.window = 2 ** 32
    ;(ends.client as unknown as { _sock: Socket })._sock.pause()
    ends.server.rekey()
    const first = ends.line.send(Buffer.alloc(megabyte))
    expect(await settles(first)).toBe(false)
    const rekeyed = once(ends.server, 'rekey')
    ;(ends.client as unknown as { _sock: Socket })._sock.resume()
    ends.far.resume()
    await rekeyed
    await first
  })

  it('gives what the client sends, to its end, and takes no more than is read', async () => {
    const sent = pattern(12 * megabyte, 1)
    ends.far.end(sent)
    await settles(once(ends.far, 'finish'))
    expect(ends.channel.readableLength).toBeLessThan(5 * megabyte)
    const chunks: Uint8Array[] = []
    for await (const chunk of ends.line.incoming()) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(sent)).toBe(true)
  })

  it('is over for whoever waits when the client has gone', async () => {
    const sending = ends.line.send(Buffer.alloc(5 * megabyte))
    const reading = ends.line.incoming().next()
    ends.left.abort(new Error('gone'))
    await expect(sending).rejects.toThrow('gone')
    await expect(reading).rejects.toThrow('gone')
    await expect(ends.line.tell(Buffer.from('x'))).rejects.toThrow('gone')
  })
})
