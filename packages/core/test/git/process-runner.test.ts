import { getEventListeners } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import type { GitProgress } from '../../src/git/command.ts'
import { ForkServer } from '../../src/git/fork-server.ts'
import { endGroup, groupMembers, processStat } from '../../src/git/process-group.ts'
import { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { stallSettings, storeSettings, worktreeSettings } from '../../src/git/settings.ts'
import type { LogFields } from '../../src/ports/index.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { fakeGit, foldersIn, rawCommand, runnerIn as runnerStartingBy } from './fake-git.ts'

let sandbox: GitSandbox
let forkServer: ForkServer | undefined

const isRunning = (pid: number): boolean => processStat(pid)?.isZombie === false
const pidIn = (file: string): number => Number(readFileSync(sandbox.path(file), 'utf8'))
const codeOf = (error: unknown): string => (isGitferryError(error) ? error.code : String(error))
const codeFrom = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', codeOf)

/** Waits for a fact outside this process; the test's own time limit ends a wait in vain. */
async function until(fact: () => boolean): Promise<void> {
  // without a pause it would take a core from what it waits for
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 2))
}

const runnerIn = (dir: string, git?: string): ProcessGitRunner => runnerStartingBy(dir, git, forkServer)

describe.each(['directly', 'by a fork server'])('git, started %s', (how) => {
  beforeEach(async () => {
    sandbox = createGitSandbox()
    if (how === 'directly') return
    forkServer = new ForkServer({ ...foldersIn(sandbox.dir), logger: silentLogger })
    expect(await forkServer.pid()).toBeGreaterThan(1)
  })
  afterEach(async () => {
    await forkServer?.close()
    forkServer = undefined
    sandbox.dispose()
  })

  describe('the environment', () => {
    const recording = (): string =>
      fakeGit(
        sandbox.dir,
        `cat /proc/$$/environ >'${sandbox.path('environ')}'; pwd >'${sandbox.path('cwd')}'
       printf '%s\\0' "$@" >'${sandbox.path('argv')}'; readlink /proc/$$/fd/0 >'${sandbox.path('stdin')}'`,
      )
    const recorded = (): Record<string, string> =>
      Object.fromEntries(
        readFileSync(sandbox.path('environ'), 'utf8')
          .split('\0')
          .filter(Boolean)
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      )
    const fixed = (home: string): Record<string, string> => ({
      PATH: `${sandbox.dir}:/usr/bin:/bin`,
      HOME: home,
      XDG_CONFIG_HOME: home,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      TERM: 'dumb',
      GIT_CEILING_DIRECTORIES: sandbox.dir,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      SSH_ASKPASS: '',
      SSH_ASKPASS_REQUIRE: 'never',
      GIT_PROTOCOL_FROM_USER: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_LITERAL_PATHSPECS: '1',
      GIT_SSH_COMMAND: '/bin/false',
      GIT_SSH_VARIANT: 'ssh',
      GIT_PAGER: 'cat',
      GIT_EDITOR: '/bin/false',
      GIT_SEQUENCE_EDITOR: '/bin/false',
      GIT_MERGE_AUTOEDIT: 'no',
      GIT_LFS_SKIP_SMUDGE: '1',
      GIT_TRACE_REDACT: '1',
      GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS: 'true',
    })
    const split = (environment: Record<string, string>) => {
      const isSetting = ([name]: [string, string]): boolean =>
        name.startsWith('GIT_CONFIG_') && /_\d+$/.test(name)
      const entries = Object.entries(environment)
      const settings = entries.filter(isSetting)
      const value = (kind: string, index: number) => environment[`GIT_CONFIG_${kind}_${index}`]
      return {
        variables: Object.fromEntries(entries.filter((entry) => !isSetting(entry))),
        settings: settings
          .slice(settings.length / 2)
          .map((_, index) => [value('KEY', index), value('VALUE', index)]),
      }
    }

    it('is built from nothing, whatever our own process has', async () => {
      process.env.GIT_DIR = '/elsewhere'
      process.env.HTTPS_PROXY = 'http://proxy.example.com'
      try {
        await runnerIn(sandbox.dir, recording()).run(rawCommand('status'), {
          gitDir: '/a.git',
          workTree: '/a',
        })
      } finally {
        delete process.env.GIT_DIR
        delete process.env.HTTPS_PROXY
      }
      const home = sandbox.path('runner-home')
      const { variables, settings } = split(recorded())
      expect(variables).toEqual({
        ...fixed(home),
        GIT_CONFIG_COUNT: String(storeSettings.length),
        GIT_ALLOW_PROTOCOL: '',
      })
      expect(settings).toEqual(storeSettings)
      expect(readFileSync(sandbox.path('cwd'), 'utf8').trim()).toBe(home)
      expect(readFileSync(sandbox.path('argv'), 'utf8')).toBe('--git-dir=/a.git\0--work-tree=/a\0status\0')
      expect(readFileSync(sandbox.path('stdin'), 'utf8').trim()).toBe('/dev/null')
    })

    it('allows one transport, and takes settings and variables of the command in', async () => {
      await runnerIn(sandbox.dir, recording()).run({
        ...rawCommand('fetch'),
        protocol: 'https',
        profile: 'worktree',
        env: { GIT_AUTHOR_NAME: 'A' },
        settings: [['http.extraHeader', 'Authorization: Basic eA==']],
      })
      const { variables, settings } = split(recorded())
      expect(variables).toEqual({
        ...fixed(sandbox.path('runner-home')),
        GIT_AUTHOR_NAME: 'A',
        GIT_CONFIG_COUNT: String(worktreeSettings.length + 1),
        GIT_ALLOW_PROTOCOL: 'https',
      })
      expect(settings).toEqual([...worktreeSettings, ['http.extraHeader', 'Authorization: Basic eA==']])
      expect(readFileSync(sandbox.path('argv'), 'utf8')).toBe('fetch\0')
    })

    it.each([
      [300_000, '300'],
      [1_001, '2'],
    ])(
      'lets curl wait for a silent server as long as the command may stall: %i ms',
      async (stallTimeoutMs, seconds) => {
        await runnerIn(sandbox.dir, recording()).run(rawCommand('fetch'), { stallTimeoutMs })
        const { settings } = split(recorded())
        expect(settings).toEqual([
          ...storeSettings,
          ['http.lowSpeedLimit', '1'],
          ['http.lowSpeedTime', seconds],
        ])
      },
    )

    it('never lets curl wait for no time at all, which would be for ever', () => {
      expect(stallSettings(1)).toContainEqual(['http.lowSpeedTime', '1'])
      expect(stallSettings(0)).toContainEqual(['http.lowSpeedTime', '1'])
    })

    it('starts ssh as a command for ssh says, and else never', async () => {
      const runner = runnerIn(sandbox.dir, recording())
      const sshCommand = "'/usr/bin/ssh' -F '/of/ours'"
      await runner.run({ ...rawCommand('fetch'), protocol: 'ssh', sshCommand })
      expect(recorded()).toMatchObject({ GIT_SSH_COMMAND: sshCommand, GIT_SSH_VARIANT: 'ssh' })
      expect(recorded()).not.toHaveProperty('SSH_AUTH_SOCK')
      await runner.run({ ...rawCommand('fetch'), protocol: 'ssh' })
      expect(recorded()).toMatchObject({ GIT_SSH_COMMAND: '/bin/false' })
      for (const wrong of [
        { protocol: 'https', sshCommand },
        { protocol: 'ssh', sshCommand: 'ssh\n' },
      ] as const) {
        expect(await codeFrom(runner.run({ ...rawCommand('fetch'), ...wrong }))).toBe('INVALID_INPUT')
      }
    })

    it('gives the user’s worktree its own symlink, filter and ignore settings, and nothing that runs', () => {
      const keys = worktreeSettings.map(([key]) => key)
      expect(keys).not.toEqual(expect.arrayContaining(['core.symlinks']))
      expect(keys).not.toEqual(expect.arrayContaining(['core.excludesFile']))
      expect(keys).not.toEqual(expect.arrayContaining(['core.attributesFile']))
      expect(keys).toEqual(
        expect.arrayContaining([
          'core.hooksPath',
          'core.fsmonitor',
          'credential.helper',
          'protocol.allow',
          'gpg.program',
          'gc.auto',
          'submodule.recurse',
        ]),
      )
    })

    it.each([
      'GIT_DIR',
      'GIT_ALLOW_PROTOCOL',
      'GIT_CONFIG_COUNT',
      'GIT_CONFIG_KEY_0',
      'GIT_SSH',
      'GIT_SSH_COMMAND',
      'GIT_TRACE',
      'GIT_EXEC_PATH',
      'LD_PRELOAD',
      'PATH',
      'https_proxy',
      'HTTPS_PROXY',
      'NODE_OPTIONS',
    ])('cannot be loosened by a command: %s', async (name) => {
      const git = recording()
      const run = runnerIn(sandbox.dir, git).run({ ...rawCommand('fetch'), env: { [name]: '1' } })
      expect(await codeFrom(run)).toBe('INVALID_INPUT')
      expect(existsSync(sandbox.path('argv'))).toBe(false)
    })

    it('finds no repository above its working directory', async () => {
      sandbox.run(sandbox.dir, 'init', '--quiet')
      const run = runnerIn(sandbox.dir).run(rawCommand('rev-parse', '--git-dir'))
      await expect(run).rejects.toThrow('not a git repository')
    })

    it.each(['a\0b', 'a\nb', 'a\u001b[31mb'])(
      'refuses control characters in an argument: %j',
      async (argument) => {
        const run = runnerIn(sandbox.dir, recording()).run(rawCommand('fetch', argument))
        expect(await codeFrom(run)).toBe('INVALID_INPUT')
        expect(existsSync(sandbox.path('argv'))).toBe(false)
      },
    )
  })

  describe('ending', () => {
    const sleeper = `sleep 300 & echo $! >'PID.tmp'; mv PID.tmp PID; wait`
    const script = (text: string): string => text.replaceAll('PID', sandbox.path('pid'))

    // time enough for the script to have a child, on a busy machine as well
    it.each([
      ['GIT_TIMEOUT', { timeoutMs: 1_500 }],
      ['GIT_STALLED', { stallTimeoutMs: 1_500 }],
    ])('%s leaves no child of git running', async (code, options) => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, script(sleeper)))
      expect(await codeFrom(runner.run(rawCommand('fetch'), options))).toBe(code)
      expect(isRunning(pidIn('pid'))).toBe(false)
      expect(readdirSync(sandbox.path('children'))).toEqual([])
    })

    it('an abort leaves no child of git running and no listener behind', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, script(sleeper)))
      const controller = new AbortController()
      const run = codeFrom(runner.run(rawCommand('fetch'), { signal: controller.signal }))
      // A fork server writes the record after git has started: git's own sign of life may come before it.
      await until(() => existsSync(sandbox.path('pid')) && readdirSync(sandbox.path('children')).length === 1)
      controller.abort()
      expect(await run).toBe('ABORTED')
      expect(isRunning(pidIn('pid'))).toBe(false)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      expect(readdirSync(sandbox.path('children'))).toEqual([])
    })

    it('an abort before the start starts nothing', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, script('touch PID')))
      expect(await codeFrom(runner.run(rawCommand('fetch'), { signal: AbortSignal.abort() }))).toBe('ABORTED')
      expect(existsSync(sandbox.path('pid'))).toBe(false)
    })

    it('git’s own children end with it, even when git succeeds', async () => {
      const runner = runnerIn(
        sandbox.dir,
        fakeGit(sandbox.dir, script('sleep 300 & echo $! >PID; echo done')),
      )
      expect((await runner.run(rawCommand('fetch'))).stdout).toBe('done\n')
      expect(isRunning(pidIn('pid'))).toBe(false)
    })

    it('a process outside the group that keeps git’s output open does not hold the caller', async () => {
      const runner = runnerIn(
        sandbox.dir,
        fakeGit(sandbox.dir, script('setsid sleep 300 & echo $! >PID; echo done')),
      )
      try {
        expect((await runner.run(rawCommand('fetch'))).stdout).toBe('done\n')
      } finally {
        await endGroup(pidIn('pid'))
      }
    })

    it('kills what does not listen to SIGTERM', async () => {
      const runner = runnerIn(
        sandbox.dir,
        fakeGit(
          sandbox.dir,
          script(`trap '' TERM; echo $$ >PID.tmp; mv PID.tmp PID; while :; do sleep 300; done`),
        ),
      )
      const run = codeFrom(runner.run(rawCommand('fetch')))
      await until(() => existsSync(sandbox.path('pid')))
      const group = pidIn('pid')
      expect(await endGroup(group, 20)).toBe(true)
      expect(groupMembers(group)).toEqual([])
      expect(await run).toBe('GIT_FAILED')
    })

    it('output beyond the cap stops git', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'exec cat /dev/zero'))
      const run = runner.run(rawCommand('ls-tree'), { maxOutputBytes: 100_000 })
      expect(await codeFrom(run)).toBe('GIT_OUTPUT_TOO_LARGE')
    })

    it('output up to the cap is answered whole', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'head -c 100000 /dev/zero'))
      const { stdout } = await runner.run(rawCommand('ls-tree'), { maxOutputBytes: 100_000 })
      expect(stdout).toHaveLength(100_000)
    })

    it('a drip of output does not stall, and the wall clock ends it all the same', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'while :; do echo .; sleep 0.01; done >&2'))
      const run = runner.run(rawCommand('fetch'), { stallTimeoutMs: 5_000, timeoutMs: 200 })
      expect(await codeFrom(run)).toBe('GIT_TIMEOUT')
    })

    it('SIGTERM lets git remove its lock files', async () => {
      const repo = sandbox.repository('repo')
      const oid = sandbox.commit(repo)
      const gitDir = join(repo, '.git')
      const controller = new AbortController()
      const hook = join(gitDir, 'hooks', 'reference-transaction')
      mkdirSync(join(gitDir, 'hooks'), { recursive: true })
      writeFileSync(hook, `#!/bin/sh\ntouch '${sandbox.path('locked')}'; exec sleep 300\n`)
      chmodSync(hook, 0o755)
      const run = codeFrom(
        runnerIn(sandbox.dir).run(
          {
            ...rawCommand('update-ref', 'refs/heads/new', oid),
            settings: [['core.hooksPath', join(gitDir, 'hooks')]],
          },
          { gitDir, signal: controller.signal },
        ),
      )
      await until(() => existsSync(sandbox.path('locked')))
      expect(existsSync(join(gitDir, 'refs/heads/new.lock'))).toBe(true)
      controller.abort()
      expect(await run).toBe('ABORTED')
      expect(existsSync(join(gitDir, 'refs/heads/new.lock'))).toBe(false)
    })
  })

  describe('what comes back', () => {
    it('is an error by git’s own words when git fails', async () => {
      const run = runnerIn(sandbox.dir).run({
        ...rawCommand('ls-remote', sandbox.path('nothing')),
        protocol: 'file',
      })
      expect(await codeFrom(run)).toBe('GIT_REMOTE_NOT_FOUND')
    })

    it('is no error for an exit code that the command understands', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'exit 3'))
      const command = { args: ['x'], exitCodes: [3], parse: ({ exitCode }: { exitCode: number }) => exitCode }
      expect(await runner.run(command)).toBe(3)
    })

    it('is GIT_MISSING when there is no git', async () => {
      const runner = runnerIn(sandbox.dir, sandbox.path('no-such-git'))
      expect(await codeFrom(runner.run(rawCommand('fetch')))).toBe('GIT_MISSING')
    })

    it('is GIT_FAILED when git was killed', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'kill -9 $$'))
      await expect(runner.run(rawCommand('fetch'))).rejects.toThrow('git fetch was killed (exit code 137)')
    })

    it('is GIT_FAILED when the output cannot be read', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, ''))
      const command = {
        args: ['x'],
        parse() {
          throw new TypeError('no such field')
        },
      }
      expect(await codeFrom(runner.run(command))).toBe('GIT_FAILED')
    })

    it('keeps the end of a long stderr, where git says why', async () => {
      const text = `head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo 'fatal: the end' >&2`
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, text))
      const { stderr } = await runner.run(rawCommand('fetch'))
      expect(stderr.length).toBe(64 * 1024)
      expect(stderr.endsWith('fatal: the end\n')).toBe(true)
      const failing = runnerIn(sandbox.dir, fakeGit(sandbox.dir, `${text}; exit 128`))
      await expect(failing.run(rawCommand('fetch'))).rejects.toThrow('the end')
    })

    it('holds no secret: not on either stream, not split by chunks, not in the log', async () => {
      const secret = 'p@ss wörd/1'
      const forms = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('base64url'),
      ]
      const lines = forms.map(
        (form) => `printf '%s' '${form.slice(0, 4)}'; sleep 0.01; echo '${form.slice(4)}'`,
      )
      const logged: LogFields[] = []
      const logger = {
        ...silentLogger,
        debug: (_: string, fields: LogFields = {}) => void logged.push(fields),
      }
      const runner = new ProcessGitRunner({
        git: fakeGit(sandbox.dir, `${lines.join('\n')}\n{ ${lines.join('\n')}; } >&2`),
        home: sandbox.dir,
        logger,
        starter: forkServer,
      })
      const { stdout, stderr } = await runner.run(rawCommand('fetch'), { secrets: [secret] })
      expect(stdout).toBe('[secret]\n'.repeat(4))
      expect(stderr).toBe('[secret]\n'.repeat(4))
      expect(logged.map((fields) => fields.stderr)).toEqual([stderr])
    })

    it('on stdout is left as it is where names count to the letter', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'echo refs/heads/main; echo main >&2'))
      const command = { ...rawCommand('ls-remote'), exactOutput: true }
      const { stdout, stderr } = await runner.run(command, { secrets: ['main'] })
      expect(stdout).toBe('refs/heads/main\n')
      expect(stderr).toBe('[secret]\n')
    })

    it('holds no piece of a secret that the cap on stderr cuts in two', async () => {
      const secret = 'S'.repeat(50)
      const text = `printf '%s' '${secret}' >&2; head -c ${64 * 1024 - 20} /dev/zero | tr '\\0' x >&2`
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, text))
      const { stderr } = await runner.run(rawCommand('fetch'), { secrets: [secret] })
      expect(stderr).not.toContain('S')
      expect(stderr).toContain('xxxx')
    })

    it('holds no control characters of the remote', async () => {
      const runner = runnerIn(
        sandbox.dir,
        fakeGit(sandbox.dir, `printf 'remote: \\033]0;own\\007ed\\r\\n' >&2`),
      )
      const { stderr } = await runner.run(rawCommand('fetch'))
      expect(stderr).toBe('remote: \\u{1b}]0;own\\u{7}ed\n')
    })

    it('reports progress, and a listener that fails does not fail the run', async () => {
      const text = String.raw`printf 'Receiving objects:  50%% (1/2)\rReceiving objects: 100%% (2/2), done.\n' >&2`
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, text))
      const seen: GitProgress[] = []
      const onProgress = (progress: GitProgress): void => {
        seen.push(progress)
        throw new Error('listener')
      }
      await runner.run(rawCommand('fetch'), { onProgress })
      expect(seen.map(({ percent }) => percent)).toEqual([50, 100])
    })

    it('is what a git that reads stdin was given', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'cat'))
      const big = 'line\n'.repeat(100_000)
      expect((await runner.run({ ...rawCommand('x'), stdin: big })).stdout).toBe(big)
    })

    it('is not disturbed by a git that ends without reading its stdin', async () => {
      const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'exit 0'))
      expect((await runner.run({ ...rawCommand('x'), stdin: 'x'.repeat(1_000_000) })).stdout).toBe('')
    })
  })
})
