import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { checkedFetch } from './checked-fetch.ts'

const source = '--conditions=@gitferry/source'
const command = fileURLToPath(new URL('../packages/server/src/bin.ts', import.meta.url))

/** A server in a process of its own, and how it ended. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** For clients: holds every answer to the API’s description. `stopServer` throws what it found. */
  readonly fetch: typeof globalThis.fetch
  /** Throws when an answer was not as described. */
  readonly checkAnswers: () => void
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** What it wrote so far, its log included. */
  readonly printed: () => string
}

export interface ServerProcessOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** What the process is started by, such as a tracer; it must become the process itself. Default: nothing. */
  readonly under?: readonly string[]
}

/** Starts `node <script> <args>` and waits for its line `gitferry listening on …`. */
export async function startScript(
  script: string,
  args: readonly string[],
  { env, under = [] }: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const [program = process.execPath, ...before] = [...under, process.execPath]
  const child = spawn(program, [...before, source, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
  const printed = () => Buffer.concat(output).toString()
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^gitferry listening on (\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const url = await Promise.race([
    listening,
    ended.then((how) => {
      throw new Error(`the server ended (${how}) before it listened: ${printed()}`)
    }),
  ])
  const { end: checkAnswers, fetch } = checkedFetch()
  return { url, child, fetch, checkAnswers, ended, printed }
}

/** Starts `gitferry serve` on a free port. */
export function startServer(args: readonly string[], options?: ServerProcessOptions): Promise<ServerProcess> {
  return startScript(command, ['serve', '--port', '0', ...args], options)
}

/** SIGTERM, and the exit code. */
export async function stopServer({
  checkAnswers,
  child,
  ended,
}: ServerProcess): Promise<number | NodeJS.Signals> {
  child.kill('SIGTERM')
  const how = await ended
  checkAnswers()
  return how
}
