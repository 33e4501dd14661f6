import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitExchange, generateEd25519 } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { createTestClock, type TestClock } from '@gitferry/core/testing'
import type { OfferedKey } from '../../src/git-ssh/offered-key.ts'
import {
  type GitOverSshOptions,
  type ListeningOverSsh,
  serveGitOverSsh,
} from '../../src/git-ssh/serve-git-over-ssh.ts'
import type { ServedOverSsh } from '../../src/git-ssh/served-over-ssh.ts'
import { type LogLine, recordingLogger } from '../recording-logger.ts'
import { type ClientKey, gitEnv, SshClient } from './ssh-client.ts'

/**
 * The SSH server with a stand-in for gitferry: repositories in a folder, rights in tables, and git started by the test.
 * Clients are the real OpenSSH and git.
 */
export class SshWorld extends SshClient implements AsyncDisposable {
  readonly clock: TestClock = createTestClock()
  readonly log: LogLine[]
  /** By the key’s base64. */
  readonly principals = new Map<string, readonly Principal[]>()
  /** Every exchange that was begun. */
  readonly exchanges: GitExchange[] = []
  readonly callers: Principal[] = []
  /** The keys, in base64, whose use was to be recorded. */
  readonly used: string[] = []
  readonly gits = new Set<ChildProcess>()
  ready = true
  /** What is done in the place of git. */
  converse: ((exchange: GitExchange) => Promise<{ exitCode: number }>) | undefined
  readonly #hostKey = generateEd25519()
  readonly #logger
  listening!: ListeningOverSsh

  constructor() {
    super(mkdtempSync(join(tmpdir(), 'git-ssh-')))
    const { log, logger } = recordingLogger()
    this.log = log
    this.#logger = logger
  }

  static async open(options: Partial<GitOverSshOptions> = {}): Promise<SshWorld> {
    const world = new SshWorld()
    world.listening = await serveGitOverSsh(world.#gitferry(), {
      hostKey: world.#hostKey,
      port: 0,
      clock: world.clock,
      logger: world.#logger,
      ...options,
    })
    world.trust(world.listening.port, world.#hostKey.publicKey)
    return world
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listening.close({ timeoutMs: 0 })
    rmSync(this.folder, { recursive: true })
  }

  /** A key of a user who may do everything. */
  userKey(user: string, kind?: readonly string[]): ClientKey {
    const key = this.key(`${user}_key`, kind)
    this.principals.set(key.blob, [{ user, scope: 'member' }])
    return key
  }

  /** A hosted repository with a commit. */
  repository(path: string): string {
    const dir = join(this.folder, 'repos', `${path}.git`)
    mkdirSync(dir, { recursive: true })
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: dir, env: gitEnv, encoding: 'utf8' }).trim()
    git('init', '-q', '--bare', '-b', 'main')
    const tree = git('mktree', '--missing')
    git('update-ref', 'refs/heads/main', git('commit-tree', '-m', 'one', tree))
    return dir
  }

  #gitferry(): ServedOverSsh {
    const world = this
    return {
      get ready() {
        return world.ready
      },
      authenticatePublicKey: async (key: OfferedKey, { isProven = true } = {}) => {
        if (isProven) this.used.push(key.blob.toString('base64'))
        const principals = this.principals.get(key.blob.toString('base64'))
        return principals && { principals }
      },
      as: (principal) => ({
        transport: {
          open: async ({ group, name, service }) => {
            this.callers.push(principal)
            if (principal.repoIds && !principal.repoIds.includes(idOf(name))) {
              throw new GitferryError('REPO_NOT_FOUND', 'There is no such repository.')
            }
            if (service === 'receive-pack' && principal.role === 20) {
              throw new GitferryError('ROLE_MISSING', `You may read ${group}/${name} and not push to it.`)
            }
            const unused = () => Promise.reject(new Error('is not for ssh'))
            const dir = join(this.folder, 'repos', group, `${name}.git`)
            return {
              repoId: idOf(name),
              service,
              advertise: unused,
              answer: unused,
              converse: async (exchange) => {
                this.exchanges.push(exchange)
                return this.converse ? this.converse(exchange) : this.#runGit(service, dir, exchange)
              },
            }
          },
        },
      }),
    }
  }

  async #runGit(service: string, dir: string, { errors, input, output, protocol, signal }: GitExchange) {
    const env = { ...gitEnv, GIT_PROTOCOL: protocol ?? '' }
    const child = spawn('git', [service, dir], { env, signal, killSignal: 'SIGKILL' })
    this.gits.add(child)
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? -1))
    }).finally(() => this.gits.delete(child))
    child.stdin.on('error', () => {})
    const feed = async () => {
      for await (const chunk of input) if (!child.stdin.write(chunk)) await once(child.stdin)
      child.stdin.end()
    }
    const deliver = async (from: AsyncIterable<Buffer>, to: GitExchange['output'] | undefined) => {
      for await (const chunk of from) await to?.(chunk)
    }
    feed().catch(() => child.kill('SIGKILL'))
    const delivered = Promise.all([deliver(child.stdout, output), deliver(child.stderr, errors)])
    const [exitCode] = await Promise.all([ended, delivered])
    return { exitCode }
  }
}

/** The id of a repository in these tests: the number in its name. */
const idOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0)

const once = (stream: NodeJS.WritableStream) => new Promise((resolve) => stream.once('drain', resolve))
