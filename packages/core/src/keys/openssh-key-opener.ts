import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { GitferryError } from '../errors/index.ts'
import type { Logger } from '../ports/logger.ts'
import { abortError } from '../runtime/abort.ts'
import { keyInvalid } from './key-invalid.ts'
import { type OpenSshKey, openOpenSsh } from './open-openssh.ts'
import { Slots } from './slots.ts'

/** An encrypted OpenSSH private key, and what opens it. */
export interface EncryptedKey {
  readonly text: string
  readonly passphrase: string
  /** How often bcrypt goes round: what the opening costs. */
  readonly rounds: number
}

export interface OpenSshKeyOpenerOptions {
  readonly logger: Pick<Logger, 'warn'>
  /** How many keys are opened at the same time; others wait. Default 2. */
  readonly atOnce?: number | undefined
  /** How long one key may take, waiting included, in ms. Default 15,000. */
  readonly deadlineMs?: number | undefined
  /** Absolute path of the worker's program. Default: the one beside this file. */
  readonly program?: string | undefined
}

/** A second of our own thread at most. */
const maxRoundsHere = 64

/**
 * Opens encrypted OpenSSH keys in worker threads: bcrypt runs in JavaScript, and 128 rounds would hold everything else
 * in this process up for more than two seconds. Each key has a thread of its own, so that nothing secret stays in one.
 * Where none can be had, as in an application that is bundled into one file, a key is opened in this thread.
 */
export class OpenSshKeyOpener {
  readonly #logger: Pick<Logger, 'warn'>
  readonly #slots: Slots
  readonly #deadlineMs: number
  readonly #program: string | undefined
  readonly #underWay = new Map<AbortController, Promise<unknown>>()
  #isClosed = false

  constructor({ logger, atOnce = 2, deadlineMs = 15_000, program }: OpenSshKeyOpenerOptions) {
    this.#logger = logger
    this.#slots = new Slots(atOnce)
    this.#deadlineMs = deadlineMs
    this.#program = program
  }

  /**
   * @returns `undefined` when the passphrase is another one or what is inside is damaged, which look the same
   * @throws SSH_KEY_INVALID when it takes too long, ABORTED, CLOSED
   */
  async open(key: EncryptedKey, signal?: AbortSignal): Promise<OpenSshKey | undefined> {
    if (this.#isClosed) throw closed()
    if (signal?.aborted) throw abortError(signal)
    const giveUp = new AbortController()
    const onAbort = () => giveUp.abort(abortError(signal!))
    signal?.addEventListener('abort', onAbort, { once: true })
    const timer = setTimeout(() => giveUp.abort(tooSlow(this.#deadlineMs)), this.#deadlineMs)
    const opening = this.#slots.run(giveUp.signal, () => this.#open(key, giveUp.signal))
    this.#underWay.set(giveUp, opening)
    try {
      return await opening
    } finally {
      this.#underWay.delete(giveUp)
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Gives up what is under way, and waits until its threads are gone. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    const openings = [...this.#underWay.values()]
    for (const giveUp of this.#underWay.keys()) giveUp.abort(closed())
    await Promise.allSettled(openings)
  }

  async #open(key: EncryptedKey, signal: AbortSignal): Promise<OpenSshKey | undefined> {
    try {
      const worker = startWorker(this.#program ?? programBeside(import.meta.url), key)
      return await answerOf(worker, signal)
    } catch (error) {
      signal.throwIfAborted()
      const { code, name } = error as NodeJS.ErrnoException
      this.#logger.warn('no worker thread can be had: an SSH key is opened in the main thread', {
        error: code ?? name,
      })
    }
    if (key.rounds > maxRoundsHere) throw tooManyRoundsHere()
    return openOpenSsh(key.text, key.passphrase)
  }
}

function startWorker(program: string, { text, passphrase }: EncryptedKey): Worker {
  if (!existsSync(program)) throw new GitferryError('UNSUPPORTED', `There is no ${program}.`)
  return new Worker(program, {
    name: 'openssh key',
    workerData: { text, passphrase },
    // none of ours: flags of the application may load more code
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  })
}

/** The worker's one answer; it is gone afterwards, also when the signal fires. @throws what it failed with */
async function answerOf(worker: Worker, signal: AbortSignal): Promise<OpenSshKey | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly key: OpenSshKey | undefined }>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new GitferryError('INTERNAL', 'A worker thread ended without an answer.')))
  try {
    return (await promise).key
  } finally {
    signal.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}

/** In the sources the program is a neighbour; in `dist` an entry of its own beside the chunks. */
const programBeside = (url: string): string =>
  fileURLToPath(new URL(`./openssh-key-worker${url.endsWith('.ts') ? '.ts' : '.js'}`, url))

const closed = () => new GitferryError('CLOSED', 'gitferry has been stopped: no SSH key is opened.')

const lower = 'lower its rounds of bcrypt: ssh-keygen -p -a 16 -f key'

const tooSlow = (deadlineMs: number) =>
  keyInvalid(
    'private_key',
    `was not opened within ${deadlineMs / 1_000} s; import fewer keys at once, or ${lower}`,
  )

const tooManyRoundsHere = () =>
  keyInvalid(
    'private_key',
    `is encrypted with more than ${maxRoundsHere} rounds of bcrypt, which take too long here, where gitferry has no worker thread; ${lower}`,
  )
