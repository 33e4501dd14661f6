import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import type { Logger } from '../ports/logger.ts'
import type { ChildRecords } from './child-records.ts'
import { endGroup } from './process-group.ts'
import type {
  OutputListeners,
  PipedProcess,
  ProcessExit,
  ProcessStarter,
  StartedProcess,
  StartRequest,
} from './process-starter.ts'

/** A child of this very process. */
export class DirectProcess implements StartedProcess {
  readonly pid: number
  readonly exit: Promise<ProcessExit>
  readonly closed: Promise<void>
  readonly #child: ChildProcess

  /** Without `output` nothing is read of what it says. */
  constructor(pid: number, child: ChildProcess, output?: OutputListeners) {
    this.pid = pid
    this.#child = child
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
    this.closed = new Promise((resolve) => child.once('close', () => resolve()))
    if (output === undefined) return
    child.stdout?.on('data', (chunk: Buffer) => output.stdout(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output.stderr(chunk))
  }

  /** Lets output wait in the pipes, where it holds the process up. */
  pause(): void {
    this.#child.stdout?.pause()
    this.#child.stderr?.pause()
  }

  resume(): void {
    this.#child.stdout?.resume()
    this.#child.stderr?.resume()
  }

  end(): Promise<boolean> {
    return endGroup(this.pid)
  }

  release(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    this.#child.stdin?.destroy()
  }
}

export interface DirectStarterOptions {
  /** Unset: children are recorded nowhere. */
  readonly records?: ChildRecords | undefined
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Starts gits as children of this process: of the application's, or of the fork server's. The one place where a git
 * is started. Imports nothing that is large, for the fork server's sake.
 */
export class DirectStarter implements ProcessStarter {
  readonly #records: ChildRecords | undefined
  readonly #logger: Pick<Logger, 'warn'>

  constructor({ records, logger }: DirectStarterOptions) {
    this.#records = records
    this.#logger = logger
  }

  async start(request: StartRequest, output: OutputListeners): Promise<DirectProcess> {
    const { stdin } = request
    const { child, pid } = await this.#spawn(request, [
      stdin === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
    ])
    // A git that ends early closes its end; its exit code and stderr say why.
    child.stdin?.on('error', () => {})
    child.stdin?.end(stdin)
    return new DirectProcess(pid, child, output)
  }

  /** Starts one process whose streams are the caller's: `stdin` of the request is left aside. Else as `start`. */
  async open(request: StartRequest): Promise<PipedProcess> {
    const { child, pid } = await this.#spawn(request, ['pipe', 'pipe', 'pipe'])
    const { stdin, stdout, stderr } = child
    return Object.assign(new DirectProcess(pid, child), { stdin: stdin!, stdout: stdout!, stderr: stderr! })
  }

  async #spawn({ binary, args, cwd, env }: StartRequest, stdio: StdioOptions) {
    const child = spawn(binary, args, { cwd, env, shell: false, detached: true, stdio })
    const { pid } = child
    if (pid === undefined) {
      return new Promise<never>((_, reject) => child.once('error', reject))
    }
    try {
      this.#records?.add(pid)
    } catch (error) {
      this.#logger.warn('a git process could not be recorded', { pid, error: String(error) })
    }
    return { child, pid }
  }
}
