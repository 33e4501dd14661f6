/**
 * The program of the fork server: starts the gits of one gitferry as its own children and relays their output over
 * file descriptor 3. It lives as long as the other end of that channel is open: when the application dies, however
 * it dies, every group that it had started is ended. Says nothing and writes nothing but the records of children:
 * secrets pass through in environments.
 */
import { Socket } from 'node:net'
import type { Logger } from '../ports/logger.ts'
import { ChildRecords } from './child-records.ts'
import { keepMemoryOutOfCoreDumps } from './core-dumps.ts'
import { type DirectProcess, DirectStarter } from './direct-starter.ts'
import {
  decodeStart,
  type Frame,
  FrameReader,
  type FrameType,
  frameType,
  jsonBody,
  writeFrame,
} from './fork-server-frames.ts'

keepMemoryOutOfCoreDumps()
const channel = new Socket({ fd: 3 })
/** Every group that our gitferry has not released yet. */
const running = new Map<number, DirectProcess>()
let records: ChildRecords | undefined
let starter: DirectStarter
let isEnding = false

/** Pipes hold a git up that prints faster than the application reads; nothing piles up here. */
function send(type: FrameType, id: number, body?: Buffer): void {
  if (channel.destroyed || writeFrame(channel, type, id, body)) return
  for (const process of running.values()) process.pause()
}

async function start(id: number, body: Buffer): Promise<void> {
  try {
    const child = await starter.start(decodeStart(body), {
      stdout: (chunk) => send(frameType.stdout, id, chunk),
      stderr: (chunk) => send(frameType.stderr, id, chunk),
    })
    running.set(id, child)
    send(frameType.started, id, jsonBody(child.pid))
    send(frameType.exit, id, jsonBody(await child.exit))
    await child.closed
    send(frameType.closed, id)
  } catch (error) {
    send(frameType.refused, id, jsonBody((error as NodeJS.ErrnoException).code ?? 'UNKNOWN'))
  }
}

function receive({ type, id, body }: Frame): void {
  if (type === frameType.start) void start(id, body)
  else if (type === frameType.release) {
    running.get(id)?.release()
    running.delete(id)
  } else if (type === frameType.configure) {
    const { childrenDir, home } = JSON.parse(body.toString('utf8')) as { childrenDir?: string; home: string }
    if (childrenDir !== undefined) records = new ChildRecords(childrenDir, home)
    const warn: Logger['warn'] = (message, fields) => {
      send(frameType.warning, 0, jsonBody({ message, fields }))
    }
    starter = new DirectStarter({ records, logger: { warn } })
    send(frameType.ready, 0)
  }
}

async function shutDown(): Promise<void> {
  if (isEnding) return
  isEnding = true
  await Promise.all(
    [...running.values()].map(async (child) => {
      if (await child.end()) records?.remove(child.pid)
    }),
  )
  process.exit()
}

// Only the channel says when to end: a signal to all of an application's processes must not stop its last commands.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const reader = new FrameReader(receive)
channel.on('data', (chunk: Buffer) => reader.push(chunk))
channel.on('drain', () => {
  for (const process of running.values()) process.resume()
})
channel.on('error', () => void shutDown())
channel.on('end', () => void shutDown())
channel.on('close', () => void shutDown())
