import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GitferryError } from '../errors/index.ts'
import { type Logger, silentLogger } from '../ports/logger.ts'
import { ChildRecords, reapChildren } from './child-records.ts'
import { DirectStarter } from './direct-starter.ts'
import { ForkServerConnection } from './fork-server-connection.ts'
import type { OutputListeners, ProcessStarter, StartedProcess, StartRequest } from './process-starter.ts'

/** Small and with few threads: it holds nothing, and fewer pages make a quicker fork. */
const nodeFlags = ['--max-semi-space-size=1', '--v8-pool-size=0']

export interface ForkServerOptions {
  /** As of the runner: marks the records of children. */
  readonly home: string
  /** Where running children are recorded for `reapChildren`; unset: nowhere. */
  readonly childrenDir?: string | undefined
  readonly logger: Logger
  /** How long the server may take to be there, and to answer, in ms. Default 5,000. */
  readonly answerMs?: number | undefined
  /** Absolute path of the program. Default: the one beside this file. */
  readonly program?: string | undefined
  /** Absolute path of Node. Default: the one that runs this. */
  readonly node?: string | undefined
}

/**
 * Starts gits through one small process of ours. Node's `spawn` forks on Linux, which copies the page tables of the
 * caller and holds its event loop up meanwhile: measured 1.4 ms in a process of 65 MB, 6.5 ms in one of 250 MB,
 * 15 ms in one of 475 MB. Asking the server costs 0.04 ms here, and its own fork 0.8 ms, whatever the application
 * has grown to. The server is started at the first command. When this process is killed, the server ends every git
 * that is under way.
 */
export class ForkServer implements ProcessStarter {
  readonly #options: ForkServerOptions
  #connecting: Promise<ForkServerConnection | undefined> | undefined
  #direct: DirectStarter | undefined
  #reaping: Promise<void> | undefined
  #isClosed = false

  constructor(options: ForkServerOptions) {
    this.#options = options
  }

  /** Pid of the running server. `undefined` where none can be had, and gits are started directly. */
  async pid(): Promise<number | undefined> {
    return (await this.#connected())?.pid
  }

  /** @throws CLOSED after `close`, GIT_FAILED when the server ends meanwhile, else as `ProcessStarter.start` */
  async start(request: StartRequest, output: OutputListeners): Promise<StartedProcess> {
    const connection = await this.#connected()
    if (connection === undefined) return this.#startsDirectly().start(request, output)
    try {
      return await connection.start(request, output)
    } catch (error) {
      if (connection.isLost) {
        await connection.closed
        await this.#reaping
      }
      throw error
    }
  }

  /** Ends the server, with the gits that are under way, and waits for it. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    await (await this.#connecting)?.close()
    await this.#reaping
  }

  async #connected(): Promise<ForkServerConnection | undefined> {
    if (!this.#isClosed) this.#connecting ??= this.#connect()
    const connection = await this.#connecting
    if (this.#isClosed) throw new GitferryError('CLOSED', 'gitferry has been stopped: no git is started.')
    return connection
  }

  #startsDirectly(): DirectStarter {
    const { childrenDir, home, logger } = this.#options
    const records = childrenDir === undefined ? undefined : new ChildRecords(childrenDir, home)
    this.#direct ??= new DirectStarter({ records, logger })
    return this.#direct
  }

  async #connect(): Promise<ForkServerConnection | undefined> {
    const { logger } = this.#options
    let connection: ForkServerConnection | undefined
    await this.#reaping
    try {
      connection = this.#launch()
      await connection.ready
    } catch (error) {
      logger.warn('the fork server cannot be used: git is started directly', { error: String(error) })
      return undefined
    }
    const { pid, closed } = connection
    void closed.then(() => {
      this.#reaping = this.#reap()
      if (this.#isClosed) return
      this.#connecting = undefined
      logger.warn('a fork server is gone; the next command starts another', {
        pid,
        reason: connection.ending,
      })
    })
    return connection
  }

  /** A server may die between the start of a git and its answer: then only the record knows the pid. */
  async #reap(): Promise<void> {
    const { childrenDir, logger } = this.#options
    if (childrenDir === undefined) return
    const error: Logger['error'] = (message, fields) => logger.error(message, fields)
    await reapChildren(childrenDir, { ...silentLogger, error }).catch((failure: unknown) => {
      logger.error('the records of git processes cannot be read', { error: String(failure) })
    })
  }

  #launch(): ForkServerConnection {
    const { home, childrenDir, logger, answerMs = 5_000 } = this.#options
    const node = this.#options.node ?? process.execPath
    // Electron, a single executable and the like would start the application once more.
    if (!/^node(js)?[\d.-]*(\.exe)?$/.test(basename(node)) || isSingleExecutable()) {
      throw new Error(`${node} is not Node itself`)
    }
    const program = this.#options.program ?? programBeside(import.meta.url)
    if (!existsSync(program)) throw new Error(`there is no ${program}`)
    const server = spawn(node, [...nodeFlags, program], {
      cwd: '/',
      env: {},
      shell: false,
      // not in our process group: a Ctrl-C in a terminal is for the application, which ends in its own order
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    return new ForkServerConnection(server, { home, childrenDir, logger, answerMs })
  }
}

function isSingleExecutable(): boolean {
  return process.versions.electron !== undefined || process.getBuiltinModule('node:sea')?.isSea() === true
}

/** In the sources the program is a neighbour; in `dist` an entry of its own beside the chunks. */
const programBeside = (url: string): string =>
  fileURLToPath(new URL(`./fork-server-process${url.endsWith('.ts') ? '.ts' : '.js'}`, url))
