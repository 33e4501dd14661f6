import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../bin/gitferry.mjs', import.meta.url))

/** A Node that is too old for gitferry, where the machine has one. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  if (!existsSync(path)) return false
  const [major = 0] = execFileSync(path, ['-p', 'process.versions.node']).toString().split('.').map(Number)
  return major >= 18 && major < 22
})

let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-bin-'))
})

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

interface Started {
  readonly stdout: () => string
  readonly stderr: () => string
  /** The first line on stdout, once it is there; rejects when the process ends before. */
  readonly firstLine: Promise<string>
  /** The exit code, once everything is written. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** Makes Linux refuse to leave memory out of core dumps. */
const keepsItsCoreDumps = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { writeFileSync } = fs
  fs.writeFileSync = (path, ...rest) => {
    if (path === '/proc/self/coredump_filter') throw new Error('EACCES')
    return writeFileSync(path, ...rest)
  }
  syncBuiltinESMExports()
`)}`

function start(args: readonly string[], node = process.execPath, nodeFlags: readonly string[] = []): Started {
  const started = spawn(node, [...nodeFlags, bin, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  })
  children.push(started)
  let stdout = ''
  let stderr = ''
  const first = Promise.withResolvers<string>()
  first.promise.catch(() => {})
  started.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (stdout.includes('\n')) first.resolve(stdout.split('\n')[0] ?? '')
  })
  started.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    started.on('close', (code) => {
      first.reject(new Error(`ended before it said anything: ${stderr}`))
      resolve(code)
    })
  })
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    firstLine: first.promise,
    ended,
    kill: (signal) => void started.kill(signal),
  }
}

const serveHere = ['serve', '--port', '0', '--data-dir', 'data']

const starts: [what: string, node: string, signal: NodeJS.Signals][] = [
  ['this Node', process.execPath, 'SIGTERM'],
  ['this Node', process.execPath, 'SIGINT'],
]
if (oldNode !== undefined) starts.push(['a Node that is too old', oldNode, 'SIGTERM'])

describe('gitferry serve', () => {
  it.each(starts)(
    'on %s says where it listens, answers, and ends with 0 on a signal',
    async (_, node, signal) => {
      const started = start(serveHere, node)
      const line = await started.firstLine
      expect(line).toMatch(/^gitferry listening on http:\/\/127\.0\.0\.1:\d+$/)
      if (process.platform === 'linux' && node === process.execPath) {
        // nothing of its memory goes into a core dump
        expect(readFileSync(`/proc/${children.at(-1)?.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000')
      }
      const url = line.replace('gitferry listening on ', '')
      expect(await (await fetch(`${url}/api/health`)).json()).toEqual({ status: 'ok' })
      expect(await (await fetch(`${url}/api/v1/repos`)).json()).toMatchObject({
        data: { repos: [], total: 0 },
      })
      started.kill(signal)
      expect(await started.ended).toBe(0)
      expect(started.stdout()).toBe(`${line}\n`)
      // elsewhere than on a terminal the log is JSON, line by line
      for (const logged of started.stderr().trim().split('\n')) {
        expect(JSON.parse(logged)).toHaveProperty('level')
      }
    },
  )

  it('keeps the audit log over a restart, one entry for each refused change', async () => {
    for (const entries of [1, 2]) {
      const started = start(serveHere)
      const url = (await started.firstLine).replace('gitferry listening on ', '')
      await fetch(`${url}/api/v1/repos`, { method: 'POST', body: 'nonsense' })
      const log = await fetch(`${url}/api/v1/audit/logs`)
      expect(await log.json()).toMatchObject({ data: { total: entries } })
      started.kill('SIGTERM')
      await started.ended
    }
  })

  it('that cannot have its port ends with 1 and says on one line what to do', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const started = start(['serve', '--port', String(port), '--storage', 'memory'])
    expect(await started.ended).toBe(1)
    expect(started.stderr()).toMatch(/^gitferry: Cannot listen on 127\.0\.0\.1, port \d+: .* \(--port\)\.\n$/)
    expect(started.stdout()).toBe('')
    await new Promise((resolve) => taken.close(resolve))
  })

  it('makes and opens nothing before it has its port, and warns where core dumps would hold its memory', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '0.0.0.0', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const args = ['serve', '--host', '0.0.0.0', '--port', String(port), '--data-dir', 'data']
    const started = start(args, process.execPath, ['--import', keepsItsCoreDumps])
    expect(await started.ended).toBe(1)
    const [warning = '', problem, ...more] = started.stderr().trim().split('\n')
    if (process.platform === 'linux') {
      expect(JSON.parse(warning)).toMatchObject({
        level: 'warn',
        msg: expect.stringMatching(/core dump.*ulimit/),
      })
    }
    expect(problem).toMatch(/^gitferry: Cannot listen on 0\.0\.0\.0/)
    expect(more).toEqual([])
    expect(readdirSync(folder)).toEqual([])
    await new Promise((resolve) => taken.close(resolve))
  })

  it('whose data directory is in use ends with 1', async () => {
    const first = start(serveHere)
    await first.firstLine
    const second = start([...serveHere, '--log-level', 'error'])
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toMatch(/^gitferry: .*in use.*\n$/)
    first.kill('SIGTERM')
    expect(await first.ended).toBe(0)
  })
})

describe('gitferry', () => {
  it.each([
    [['serve', '--prot', '1'], /^gitferry: --prot: there is no such flag\. Did you mean --port\?\n$/],
    [[], /^gitferry: command: is missing/],
    [['serve', '--host', '0.0.0.0', '--port', '0'], /“gitferry token create”, .*--insecure/],
    [
      ['serve', '--host', '0.0.0.0', '--port', '0', '--storage', 'memory'],
      /^(?!.*gitferry token create).*--storage sqlite:PATH.*--insecure/,
    ],
  ])('%j is bad usage: one line, exit 2', async (args, message) => {
    const started = start(args)
    expect(await started.ended).toBe(2)
    expect(started.stderr()).toMatch(message)
    expect(started.stderr().trim().split('\n')).toHaveLength(1)
    expect(started.stdout()).toBe('')
    // nor has it made anything in order to find out
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['--help', /^Usage: gitferry COMMAND/],
    ['--version', /^gitferry v\d+\.\d+\.\d+\n$/],
  ])('%s goes to stdout and ends with 0', async (flag, text) => {
    const started = start([flag])
    expect(await started.ended).toBe(0)
    expect(started.stdout()).toMatch(text)
    expect(started.stderr()).toBe('')
  })
})
