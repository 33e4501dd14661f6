import type { StreamEnd, StreamEnds, StreamOptions } from './process-stream.ts'

/** What git left behind when it ended. */
export interface GitOutput {
  readonly exitCode: number
  readonly stdout: Buffer
  /** Redacted, and cut at the byte cap. */
  readonly stderr: string
}

/**
 * Which transports git may use in this one command (`GIT_ALLOW_PROTOCOL`). None by default: a command that
 * touches no remote cannot be talked into touching one.
 */
export type GitProtocol = 'file' | 'https' | 'http' | 'ssh'

/**
 * One git command as data: a verb is a pure function from its input to this. User input has passed the name and
 * URL rules and stands after `--end-of-options` (or `--`).
 */
export interface GitCommand<Result> {
  /** The verb and what follows it; the runner puts its own `-c` settings and `--git-dir` before. */
  readonly args: readonly string[]
  /** Added to the fixed environment; may not change a variable that the runner fixes. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Settings for this command alone, with the rank of `-c`, above the runner's own. They travel in the
   * environment, so `ps` does not show them: the place for an `http.extraHeader`.
   */
  readonly settings?: readonly (readonly [key: string, value: string])[]
  /** Text is given as UTF-8. */
  readonly stdin?: string | Uint8Array
  readonly protocol?: GitProtocol
  /** The command by which git starts ssh, of an `SshSession`. Unset: git starts none, whatever a config says. */
  readonly sshCommand?: string | undefined
  /**
   * `store` (default): every setting fixed by us. `worktree`: for checkout in the user's repository, where the
   * user's symlink, filter and ignore settings must hold; hooks, monitors and helpers stay off.
   */
  readonly profile?: 'store' | 'worktree'
  /** Exit codes that `parse` understands besides 0; any other is an error, classified by its stderr. */
  readonly exitCodes?: readonly number[]
  /**
   * Whether stdout is names and oids that count to the letter: known secrets are not taken out of it then, for a
   * short password is found in a branch’s name or an oid by chance. Default false.
   */
  readonly exactOutput?: boolean | undefined
  /** Pure. Throws GitferryError when the output is not what git prints. */
  readonly parse: (output: GitOutput) => Result
}

/** One step of git's own progress meter ("Receiving objects: 42% (84/200)"). */
export interface GitProgress {
  readonly stage: string
  readonly percent?: number
  /** Objects, files or deltas so far. */
  readonly done?: number
  readonly total?: number
  /** Bytes that went over the line so far, where git tells them: to about a hundredth of its unit (KiB, MiB, GiB). */
  readonly bytes?: number
}

/** A git command whose input and output are streamed; nothing of it is parsed. */
export type GitStreamCommand = Omit<GitCommand<unknown>, 'parse' | 'stdin' | 'exitCodes' | 'exactOutput'>

export interface GitRunOptions {
  /** Given to git as `--git-dir`; git never looks for a repository by itself. */
  readonly gitDir?: string | undefined
  /** Given as `--work-tree`; only checkout and status have one. */
  readonly workTree?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Wall clock, in ms. Default 60,000. @throws GIT_TIMEOUT */
  readonly timeoutMs?: number | undefined
  /** The longest time without a byte from git, in ms. Default: none. @throws GIT_STALLED */
  readonly stallTimeoutMs?: number | undefined
  /** Cap on stdout. Default 8 MiB. @throws GIT_OUTPUT_TOO_LARGE */
  readonly maxOutputBytes?: number | undefined
  /** Known secret values: taken out of every text that leaves the runner, raw, URL-encoded and in base64. */
  readonly secrets?: readonly string[] | undefined
  readonly onProgress?: ((progress: GitProgress) => void) | undefined
  /**
   * Takes stdout as it comes, so that it is never held whole: `parse` is given none then, no cap counts, and known secrets
   * are not taken out. Answers whether it wants more; if not, git is ended and counts as ended well. What it throws ends
   * git, and is thrown on.
   */
  readonly onOutput?: ((chunk: Buffer) => boolean) | undefined
}

/** Runs git commands: the only way from core to a process. */
export interface GitRunner {
  /**
   * Runs one command and answers what it parsed. git runs in a process group of its own that is ended as a whole
   * (SIGTERM, then SIGKILL) on abort, deadline, stall and overflow; when this settles, no process is left.
   * @throws GIT_* (by exit code and stderr), HOST_KEY_MISMATCH, URL_FORBIDDEN, DISK_FULL, ABORTED, INVALID_INPUT
   *   (control characters in an argument)
   */
  run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result>
}

/** Runs git commands that talk with somebody while they run: servers of git. */
export interface GitStreamer {
  /**
   * Runs one command between the two ends of a conversation, however long that is: only chunks are in memory, and whoever
   * is slower holds the other up. Answers how git ended, also when it failed; whatever it said has been delivered then.
   * Its process group is guarded and ended as by `GitRunner.run`; when this settles, no process is left.
   * @throws GIT_MISSING, GIT_STALLED, GIT_TIMEOUT, ABORTED, INVALID_INPUT; what the ends throw
   */
  stream(command: GitStreamCommand, ends: StreamEnds, options?: StreamOptions): Promise<StreamEnd>
}
