import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import { ForkServer, type ForkServerOptions } from '../../src/git/fork-server.ts'
import {
  encodeStart,
  type Frame,
  FrameReader,
  frameType,
  jsonBody,
  writeFrame,
} from '../../src/git/fork-server-frames.ts'
import { endGroup, groupMembers, processStat } from '../../src/git/process-group.ts'
import { ProcessGitRunner } from '../../src/git/process-runner.ts'
import type { Logger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { fakeGit, foldersIn, rawCommand } from './fake-git.ts'

let sandbox: GitSandbox
let logged: string[]
let opened: ForkServer[]
const logger: Logger = { debug: log, info: log, warn: log, error: log }

function log(...line: unknown[]): void {
  logged.push(JSON.stringify(line))
}

beforeEach(() => {
  sandbox = createGitSandbox()
  logged = []
  opened = []
})
afterEach(async () => {
  await Promise.all(opened.map((server) => server.close()))
  sandbox.dispose()
})

const isRunning = (pid: number): boolean => processStat(pid)?.isZombie === false
const numberIn = (file: string): number => Number(readFileSync(sandbox.path(file), 'utf8'))
const codeFrom = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (isGitferryError(error) ? error.code : String(error)),
  )

/** A server that takes longer to be there is taken for dead, on a busy machine as well. */
const slowestStartMs = 2_000

/** Waits for a fact outside this process; the test's own time limit ends a wait in vain. */
async function until(fact: () => boolean): Promise<void> {
  // without a pause it would take a core from what it waits for
  while (!fact()) await sleep(2)
}

/** Holds up the event loop. */
const holdUp = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** A server and a runner of its gits, which are the shell script `script`. */
function serverFor(script: string, options: Partial<ForkServerOptions> = {}) {
  const folders = foldersIn(sandbox.dir)
  const server = new ForkServer({ ...folders, logger, ...options })
  opened.push(server)
  const git = fakeGit(sandbox.dir, script.replaceAll('DIR', sandbox.dir))
  return { server, runner: new ProcessGitRunner({ git, ...folders, logger, starter: server }) }
}

/** Writes its own pid and its child's once both are there, and goes on for long. */
const long = `sleep 300 & echo $! >DIR/child; echo $$ >DIR/pid.tmp; mv DIR/pid.tmp DIR/pid; wait`

/** Until the git is well under way: before its record is written, nobody can find what a killed starter has started. */
async function untilRecorded(): Promise<void> {
  await until(() => existsSync(sandbox.path('pid')))
  const record = sandbox.path('children', String(numberIn('pid')))
  await until(() => existsSync(record) && readFileSync(record, 'utf8').endsWith('}'))
}

/** Reads what `/proc` has of a process as a list. */
const listIn = (pid: number | undefined, file: string): string[] =>
  readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean)

describe('a fork server', () => {
  it('is the parent of every git, and is started once, at the first', async () => {
    const { server, runner } = serverFor('echo $PPID')
    const both = await Promise.all([runner.run(rawCommand('a')), runner.run(rawCommand('b'))])
    const third = await runner.run(rawCommand('c'))
    const pid = await server.pid()
    expect([...both, third].map(({ stdout }) => Number(stdout))).toEqual([pid, pid, pid])
    expect(pid).not.toBe(process.pid)
  })

  it('has no environment and nothing of ours in its arguments', async () => {
    process.env.NODE_OPTIONS = '--no-warnings'
    try {
      const { server } = serverFor('')
      const pid = await server.pid()
      expect(listIn(pid, 'environ')).toEqual([])
      const [node, ...args] = listIn(pid, 'cmdline')
      expect(node).toBe(process.execPath)
      expect(args.filter((argument) => !argument.startsWith('--'))).toEqual([
        fileURLToPath(new URL('../../src/git/fork-server-process.ts', import.meta.url)),
      ])
    } finally {
      delete process.env.NODE_OPTIONS
    }
  })

  it('does not hand its channel down to a git', async () => {
    const { server, runner } = serverFor('readlink /proc/$$/fd/*; true')
    const channel = readlinkSync(`/proc/${await server.pid()}/fd/3`)
    const { stdout } = await runner.run({ ...rawCommand('x'), stdin: '' })
    const files = stdout.split('\n')
    expect(files.filter((file) => file.startsWith('socket:'))).toHaveLength(3)
    expect(files).not.toContain(channel)
  })

  it('carries megabytes both ways', async () => {
    const { runner } = serverFor('cat')
    const text = 'zürich 北京\n'.repeat(500_000)
    const { stdout } = await runner.run({ ...rawCommand('x'), stdin: text }, { maxOutputBytes: 2 ** 26 })
    expect(stdout === text).toBe(true)
  })

  it('outlives the signals that a terminal or an operator sends to all processes of an application', async () => {
    const { server, runner } = serverFor('echo $PPID')
    const pid = (await server.pid()) as number
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal)
    expect(Number((await runner.run(rawCommand('x'))).stdout)).toBe(pid)
    expect(processStat(pid)?.group).toBe(pid)
  })

  it('tells nobody what passed through it, also when something went wrong', async () => {
    const secret = 'open-sesame'
    const { server, runner } = serverFor(`echo ${secret} >&2; exit 1`)
    await server.pid()
    rmSync(sandbox.path('children'), { recursive: true })
    const command = {
      ...rawCommand('fetch'),
      settings: [['http.extraHeader', `A: ${secret}`]] as const,
      stdin: secret,
    }
    await expect(runner.run(command, { secrets: [secret] })).rejects.not.toThrow(secret)
    process.kill((await server.pid()) as number, 'SIGKILL')
    await until(() => logged.length === 3)
    expect(logged.map((line) => JSON.parse(line)[0])).toEqual([
      'a git process could not be recorded',
      'git ended',
      'a fork server is gone; the next command starts another',
    ])
    expect(logged.join()).not.toContain(secret)
  })

  it('is closed once and for all, with what it has under way', async () => {
    const { server, runner } = serverFor(long)
    const run = codeFrom(runner.run(rawCommand('fetch')))
    await untilRecorded()
    const pid = (await server.pid()) as number
    await Promise.all([server.close(), server.close()])
    expect(isRunning(pid)).toBe(false)
    expect(await run).toBe('CLOSED')
    expect([numberIn('pid'), numberIn('child')].filter(isRunning)).toEqual([])
    expect(readdirSync(sandbox.path('children'))).toEqual([])
    expect(await codeFrom(runner.run(rawCommand('fetch')))).toBe('CLOSED')
    await server.close()
  })

  it('is not started by being closed', async () => {
    const { server, runner } = serverFor('touch DIR/ran')
    await server.close()
    expect(await codeFrom(runner.run(rawCommand('fetch')))).toBe('CLOSED')
    expect(existsSync(sandbox.path('ran'))).toBe(false)
  })
})

describe('when the fork server dies', () => {
  it('what it had under way fails and is ended, and the next command starts another', async () => {
    const { server, runner } = serverFor(`[ "$1" = fetch ] || exec echo $PPID; ${long}`)
    const first = (await server.pid()) as number
    const run = runner.run(rawCommand('fetch'))
    const failed = expect(run).rejects.toThrow('The fork server, which had started git, ended')
    await untilRecorded()
    process.kill(first, 'SIGKILL')
    await failed
    expect(await codeFrom(run)).toBe('GIT_FAILED')
    expect(groupMembers(numberIn('pid'))).toEqual([])
    expect(readdirSync(sandbox.path('children'))).toEqual([])
    const second = Number((await runner.run(rawCommand('x'))).stdout)
    expect(second).not.toBe(first)
    expect(second).toBe(await server.pid())
  })

  it('or is silent when it is asked, it is ended, and the next command starts another', async () => {
    const { server, runner } = serverFor('echo $PPID', { answerMs: slowestStartMs })
    const first = (await server.pid()) as number
    process.kill(first, 'SIGSTOP')
    await expect(runner.run(rawCommand('x'))).rejects.toThrow(`did not answer within ${slowestStartMs} ms`)
    await until(() => !isRunning(first))
    expect(Number((await runner.run(rawCommand('x'))).stdout)).toBe(await server.pid())
  })

  it('or is silent while a command is given up, that command ends all the same', async () => {
    const { server, runner } = serverFor(long, { answerMs: slowestStartMs })
    const controller = new AbortController()
    const run = codeFrom(runner.run(rawCommand('fetch'), { signal: controller.signal }))
    await untilRecorded()
    const pid = (await server.pid()) as number
    process.kill(pid, 'SIGSTOP')
    controller.abort()
    expect(await run).toBe('ABORTED')
    expect([numberIn('pid'), numberIn('child')].filter(isRunning)).toEqual([])
    await until(() => !isRunning(pid))
  })

  it('a held-up event loop is not taken for a silent server', async () => {
    const go = sandbox.path('go')
    const script = `echo $PPID; until [ -e '${go}' ]; do sleep 0.01; done`
    const { server, runner } = serverFor(script, { answerMs: slowestStartMs })
    const pid = (await server.pid()) as number
    // it is asked now, and answers when nobody reads
    process.kill(pid, 'SIGSTOP')
    const run = runner.run(rawCommand('x'))
    await sleep(50)
    // of the event loop, where timers come before what has arrived
    await nextTurn()
    process.kill(pid, 'SIGCONT')
    const isStarted = () => readdirSync(sandbox.path('children')).length > 0
    for (let waited = 0; waited < 1_000 && !isStarted(); waited += 1) holdUp(10)
    expect(isStarted()).toBe(true)
    holdUp(slowestStartMs * 1.25)
    writeFileSync(go, '')
    expect(Number((await run).stdout)).toBe(pid)
  })
})

describe('where no fork server can be had', () => {
  const program = (text: string) => () => {
    writeFileSync(sandbox.path('program.mjs'), text)
    return { program: sandbox.path('program.mjs') }
  }
  const node = (name: string, text: string) => () => {
    writeFileSync(sandbox.path(name), `#!/bin/sh\ntouch '${sandbox.path('started')}'\n${text}\n`)
    chmodSync(sandbox.path(name), 0o755)
    return { node: sandbox.path(name) }
  }
  it.each([
    [
      'its program is not there',
      () => ({ program: '/nowhere/fork-server-process.js' }),
      'there is no /nowhere',
    ],
    ['its program fails', program('process.exit(1)'), 'ended before it was ready'],
    [
      'its program says nothing',
      () => ({ ...program('setInterval(() => {}, 1e6)')(), answerMs: 500 }),
      'did not answer within 500 ms',
    ],
    ['there is no Node', () => ({ node: '/nowhere/node' }), 'ENOENT'],
    ['Node may not do it', node('node', 'exit 9'), 'ended before it was ready'],
    ['Node is inside an application', node('application', ''), 'is not Node itself'],
  ])('gits are started directly, with one warning: %s', async (_, options, reason) => {
    const { server, runner } = serverFor('echo $PPID', options())
    const runs = [await runner.run(rawCommand('a')), await runner.run(rawCommand('b'))]
    expect(runs.map(({ stdout }) => Number(stdout))).toEqual([process.pid, process.pid])
    expect(await server.pid()).toBeUndefined()
    const warnings = logged.filter((line) => !line.includes('git ended'))
    expect(warnings).toEqual([expect.stringContaining('git is started directly')])
    expect(warnings[0]).toContain(reason)
    expect(existsSync(sandbox.path('started'))).toBe(reason.startsWith('ended') && 'node' in options())
    expect(await codeFrom(server.close().then(() => runner.run(rawCommand('a'))))).toBe('CLOSED')
  })

  it('a Node that has another of its names will do', async () => {
    symlinkSync(process.execPath, sandbox.path('nodejs'))
    const { server } = serverFor('', { node: sandbox.path('nodejs') })
    expect(await server.pid()).toBeGreaterThan(1)
  })
})

const source = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)))

/** Another process that runs one git through a fork server of its own and closes nothing. */
function startGitferry(script: string): {
  readonly gitferry: ChildProcess
  readonly ended: Promise<unknown>
} {
  const git = fakeGit(sandbox.dir, `echo $PPID >DIR/server; ${script}`.replaceAll('DIR', sandbox.dir))
  writeFileSync(
    sandbox.path('gitferry.ts'),
    `import { ForkServer } from ${source('git/fork-server.ts')}
     import { ProcessGitRunner } from ${source('git/process-runner.ts')}
     import { silentLogger as logger } from ${source('ports/logger.ts')}
     const [git, home, childrenDir] = process.argv.slice(2)
     const starter = new ForkServer({ home, childrenDir, logger })
     await new ProcessGitRunner({ git, home, childrenDir, logger, starter }).run({ args: ['x'], parse() {} })`,
  )
  const { home, childrenDir } = foldersIn(sandbox.dir)
  const args = ['--conditions=@gitferry/source', sandbox.path('gitferry.ts'), git, home, childrenDir]
  const gitferry = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return { gitferry, ended: new Promise((resolve) => gitferry.once('exit', resolve)) }
}

describe('when our own process', () => {
  it('is killed, the server ends every git with all that it started, and itself', async () => {
    const { gitferry, ended } = startGitferry(long)
    await untilRecorded()
    const [server, git, child] = [numberIn('server'), numberIn('pid'), numberIn('child')]
    expect([server, git, child].filter(isRunning)).toHaveLength(3)
    expect(existsSync(sandbox.path('children', String(git)))).toBe(true)
    gitferry.kill('SIGKILL')
    await ended
    await until(() => ![server, git, child].some(isRunning))
    expect(readdirSync(sandbox.path('children'))).toEqual([])
  })

  it('is killed, the server kills what does not listen to SIGTERM', async () => {
    const { gitferry, ended } = startGitferry(
      `trap '' TERM; echo $$ >DIR/pid.tmp; mv DIR/pid.tmp DIR/pid; while :; do sleep 300; done`,
    )
    await untilRecorded()
    gitferry.kill('SIGKILL')
    await ended
    await until(() => ![numberIn('server'), numberIn('pid')].some(isRunning))
    expect(groupMembers(numberIn('pid'))).toEqual([])
  })

  it('has nothing more to do, an idle server does not hold it, and ends with it', async () => {
    const { gitferry, ended } = startGitferry('echo done')
    await ended
    expect(gitferry.exitCode).toBe(0)
    await until(() => !isRunning(numberIn('server')))
  })
})

describe('a channel that nobody reads', () => {
  it('holds git up instead of filling memory, and loses nothing', async () => {
    const bytes = 64_000_000
    const program = fileURLToPath(new URL('../../src/git/fork-server-process.ts', import.meta.url))
    const server = spawn(process.execPath, [program], {
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const channel = server.stdio[3] as Socket
    const frames: Frame[] = []
    const reader = new FrameReader((frame) => frames.push(frame))
    const untilFrame = async (type: number): Promise<Frame> => {
      for (;;) {
        const found = frames.find((frame) => frame.type === type)
        if (found) return found
        const chunk: Buffer | null = channel.read()
        if (chunk) reader.push(chunk)
        else await new Promise((resolve) => channel.once('readable', resolve))
      }
    }
    let git = 0
    try {
      writeFrame(channel, frameType.configure, 0, jsonBody({ home: sandbox.dir }))
      await untilFrame(frameType.ready)
      const request = { binary: '/usr/bin/head', args: ['-c', String(bytes), '/dev/zero'], cwd: '/', env: {} }
      writeFrame(channel, frameType.start, 1, encodeStart(request))
      git = Number((await untilFrame(frameType.started)).body)

      const written = (): number => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${git}/io`, 'utf8'))?.[1])
      let [last, unchanged] = [-1, 0]
      // a git that is not held up is soon through, and then has no /proc any more
      while (unchanged < 50) {
        await sleep(1)
        unchanged = written() === last && last > 0 ? unchanged + 1 : 0
        last = written()
      }
      expect(last).toBeLessThan(4_000_000)

      await untilFrame(frameType.closed)
      const sizes = frames.filter(({ type }) => type === frameType.stdout).map(({ body }) => body.length)
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes)
      expect(JSON.parse((await untilFrame(frameType.exit)).body.toString())).toEqual({
        code: 0,
        signal: null,
      })
    } finally {
      channel.destroy()
      await new Promise((resolve) => server.once('exit', resolve))
      if (git > 0) await endGroup(git)
    }
  })
})
