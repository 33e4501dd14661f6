import type { Readable, Writable } from 'node:stream'

/** What a git is started with. */
export interface StartRequest {
  /** Absolute path. */
  readonly binary: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Unset: `/dev/null`. Text is given as UTF-8. */
  readonly stdin?: string | Uint8Array | undefined
}

/** Where output goes. The first chunks may come before `start` has settled. */
export interface OutputListeners {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
}

/** How a process ended: exactly one of the two is set. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that leads a process group of its own. */
export interface StartedProcess {
  readonly pid: number
  /** When the process itself has ended. Rejects with a GitferryError when that cannot be learned any more. */
  readonly exit: Promise<ProcessExit>
  /** When both output streams have ended, too; never rejects. */
  readonly closed: Promise<void>
  /** Ends the group, as `endGroup`. May be called twice. @returns whether the group is gone */
  end(): Promise<boolean>
  /** Says that the group has ended and nothing more is wanted: streams that are still open are given up. */
  release(): void
}

/** A process whose streams are whoever started it’s to read and write, at their own pace. */
export interface PipedProcess extends StartedProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
}

/** Starts processes: in our own process (`DirectStarter`), or through another (`ForkServer`). */
export interface ProcessStarter {
  /**
   * Starts one process, recorded before anything else happens.
   * @throws what the system said (`ENOENT`), with its `code`; a GitferryError when it was not asked
   */
  start(request: StartRequest, output: OutputListeners): Promise<StartedProcess>
}
