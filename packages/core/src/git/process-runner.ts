import { type ErrorCode, GitferryError, isGitferryError } from '../errors/index.ts'
import type { Logger } from '../ports/logger.ts'
import { CappedBuffer, TailBuffer } from './captured-output.ts'
import { ChildRecords } from './child-records.ts'
import type {
  GitCommand,
  GitOutput,
  GitRunner,
  GitRunOptions,
  GitStreamCommand,
  GitStreamer,
} from './command.ts'
import { argumentsOf, commandEnvironment } from './command-environment.ts'
import { DirectStarter } from './direct-starter.ts'
import { fixedEnvironment } from './environment.ts'
import { exitCodeOf } from './exit-code.ts'
import { classifyFailure } from './parsers/failure.ts'
import { ProgressReader } from './parsers/progress.ts'
import type { ProcessStarter, StartedProcess, StartRequest } from './process-starter.ts'
import { ProcessStream, type StreamEnd, type StreamEnds, type StreamOptions } from './process-stream.ts'
import { redact, redactSecrets, secretForms } from './redact.ts'

const stderrCap = 64 * 1024
const defaultStdoutCap = 8 * 1024 * 1024
const defaultTimeoutMs = 60_000
/** How long a stream may stay open after the last process of the group ended: somebody outside holds it. In ms. */
const streamGraceMs = 500

export interface ProcessGitRunnerOptions {
  /** Absolute path of git. */
  readonly git: string
  /** An empty folder (0700): working directory and home of every git. */
  readonly home: string
  /** Where running children are recorded for `reapChildren`; unset: nowhere. */
  readonly childrenDir?: string | undefined
  readonly logger: Logger
  /** Starts the processes and records them. Default: as children of this process. */
  readonly starter?: ProcessStarter | undefined
}

/** Runs git in processes: the one way to them in core. Who starts them is the starter's business. */
export class ProcessGitRunner implements GitRunner, GitStreamer {
  readonly #git: string
  readonly #home: string
  readonly #logger: Logger
  readonly #records: ChildRecords | undefined
  readonly #starter: ProcessStarter
  /** What is streamed waits in pipes of our own: those of the fork server are read for everybody at once. */
  readonly #direct: DirectStarter
  readonly #fixed: Readonly<Record<string, string>>

  constructor({ git, home, childrenDir, logger, starter }: ProcessGitRunnerOptions) {
    this.#git = git
    this.#home = home
    this.#logger = logger
    this.#fixed = fixedEnvironment(git, home)
    this.#records = childrenDir === undefined ? undefined : new ChildRecords(childrenDir, home)
    this.#direct = new DirectStarter({ records: this.#records, logger })
    this.#starter = starter ?? this.#direct
  }

  async run<Result>(command: GitCommand<Result>, options: GitRunOptions = {}): Promise<Result> {
    const { signal } = options
    const verb = command.args[0] ?? ''
    const args = argumentsOf(command, options)
    const env = commandEnvironment(command, this.#fixed, options)
    if (signal?.aborted) throw abortError(verb, signal)

    const startedAt = performance.now()
    const request = { binary: this.#git, args, cwd: this.#home, env, stdin: command.stdin }
    const output = await this.#collect(request, verb, options)
    const milliseconds = Math.round(performance.now() - startedAt)
    this.#logger.debug('git ended', {
      verb,
      exit_code: output.exitCode,
      ms: milliseconds,
      stderr: output.stderr,
    })

    if (output.exitCode !== 0 && !command.exitCodes?.includes(output.exitCode)) {
      throw classifyFailure({ verb, exitCode: output.exitCode, stderr: output.stderr })
    }
    try {
      const stdout = command.exactOutput
        ? output.stdout
        : withoutSecrets(output.stdout, options.secrets ?? [])
      return command.parse({ ...output, stdout })
    } catch (error) {
      if (isGitferryError(error)) throw error
      throw unreadable(verb, error)
    }
  }

  async stream(command: GitStreamCommand, ends: StreamEnds, options: StreamOptions = {}): Promise<StreamEnd> {
    const verb = command.args[0] ?? ''
    const request = {
      binary: this.#git,
      args: argumentsOf(command, { gitDir: options.gitDir }),
      cwd: this.#home,
      env: commandEnvironment(command, this.#fixed),
    }
    const startedAt = performance.now()
    const start = () =>
      this.#direct.open(request).catch((error: unknown) => {
        throw startError(verb, this.#git, error)
      })
    const end = await new ProcessStream(verb, options).join(ends, start, ({ pid }, isGone) => {
      if (isGone) this.#records?.remove(pid)
      else this.#logger.error('a git process cannot be ended', { verb, pid })
    })
    const ms = Math.round(performance.now() - startedAt)
    this.#logger.debug('git ended', { verb, exit_code: end.exitCode, ms, stderr: end.stderr })
    return end
  }

  async #collect(request: StartRequest, verb: string, options: GitRunOptions): Promise<GitOutput> {
    const {
      signal,
      secrets = [],
      timeoutMs = defaultTimeoutMs,
      stallTimeoutMs,
      onOutput,
      onProgress,
    } = options
    const stdout = new CappedBuffer(options.maxOutputBytes ?? defaultStdoutCap)
    const longestSecret = secretForms(secrets)[0]?.length ?? 0
    const stderr = new TailBuffer(stderrCap + longestSecret)
    const progress = onProgress && new ProgressReader(this.#listener(onProgress, verb))

    let child: StartedProcess | undefined
    let failure: GitferryError | undefined
    let ending: Promise<boolean> | undefined
    let stall: NodeJS.Timeout | undefined
    const end = (error: GitferryError): void => {
      failure ??= error
      ending ??= child?.end()
      // awaited below, maybe after it has failed
      ending?.catch(() => {})
    }
    const fail = (code: ErrorCode, message: string): void => end(new GitferryError(code, message))
    let hasEnough = false
    const take = (chunk: Buffer, wantsMore: (chunk: Buffer) => boolean): void => {
      if (hasEnough || failure) return
      try {
        hasEnough = !wantsMore(chunk)
      } catch (error) {
        end(isGitferryError(error) ? error : unreadable(verb, error))
      }
      if (hasEnough) ending ??= child?.end()
      ending?.catch(() => {})
    }
    const onAbort = (): void => end(abortError(verb, signal))
    signal?.addEventListener('abort', onAbort, { once: true })

    try {
      child = await this.#starter.start(request, {
        stdout: (chunk) => {
          stall?.refresh()
          if (onOutput !== undefined) take(chunk, onOutput)
          else if (!stdout.push(chunk))
            fail('GIT_OUTPUT_TOO_LARGE', `git ${verb} printed more than is allowed.`)
        },
        stderr: (chunk) => {
          stall?.refresh()
          stderr.push(chunk)
          progress?.push(chunk.toString('latin1'))
        },
      })
    } catch (error) {
      signal?.removeEventListener('abort', onAbort)
      throw failure ?? (isGitferryError(error) ? error : startError(verb, this.#git, error))
    }
    // it may have been given up while it was being started
    if (failure) end(failure)
    else if (hasEnough) ending ??= child.end()
    const deadline = setTimeout(() => {
      fail('GIT_TIMEOUT', `git ${verb} did not end within ${timeoutMs} ms and was stopped.`)
    }, timeoutMs)
    if (stallTimeoutMs !== undefined) {
      stall = setTimeout(() => {
        fail('GIT_STALLED', `git ${verb} printed nothing for ${stallTimeoutMs} ms and was stopped.`)
      }, stallTimeoutMs)
    }

    const exitCode = await child.exit.then(exitCodeOf, (error: GitferryError) => {
      end(error)
      return -1
    })
    signal?.removeEventListener('abort', onAbort)
    clearTimeout(deadline)
    clearTimeout(stall)

    const isGone = await (ending ?? child.end()).catch(() => false)
    if (isGone) this.#records?.remove(child.pid)
    else this.#logger.error('a git process cannot be ended', { verb, pid: child.pid })
    await settledWithin(child.closed, streamGraceMs)
    child.release()
    if (failure) throw failure

    let errorText = redact(stderr.take(), secrets)
    if (stderr.isCut) errorText = errorText.slice(longestSecret)
    return { exitCode: hasEnough ? 0 : exitCode, stdout: stdout.take(), stderr: errorText }
  }

  #listener(onProgress: NonNullable<GitRunOptions['onProgress']>, verb: string): typeof onProgress {
    return (progress) => {
      try {
        onProgress(progress)
      } catch (error) {
        this.#logger.error('a progress listener failed', { verb, error: String(error) })
      }
    }
  }
}

/** Only a command that was given secrets can print them; its output is text, so bytes may be exchanged. */
function withoutSecrets(stdout: Buffer, secrets: readonly string[]): Buffer {
  if (secrets.length === 0) return stdout
  const asBytes = secrets.map((secret) => Buffer.from(secret).toString('latin1'))
  return Buffer.from(redactSecrets(stdout.toString('latin1'), [...secrets, ...asBytes]), 'latin1')
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, late])
  clearTimeout(timer)
}

const abortError = (verb: string, signal: AbortSignal | undefined): GitferryError =>
  new GitferryError('ABORTED', `git ${verb} was given up by its caller.`, { cause: signal?.reason })

const unreadable = (verb: string, cause: unknown): GitferryError =>
  new GitferryError('GIT_FAILED', `git ${verb} printed what cannot be read.`, { cause })

const startError = (verb: string, git: string, cause: unknown): GitferryError =>
  new GitferryError(
    'GIT_MISSING',
    `git ${verb} cannot be started from ${git} (${(cause as NodeJS.ErrnoException).code}). Check that it is there and may be run.`,
    { cause },
  )
