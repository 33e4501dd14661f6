import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const source = '--conditions=@gitferry/source'
const command = fileURLToPath(new URL('../packages/server/src/bin.ts', import.meta.url))

/** A server in a process of its own, and how it ended. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `node <script> <args>` and waits for its line `gitferry listening on …`. */
export async function startScript(script: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [source, script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
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
      throw new Error(`the server ended (${how}) before it listened: ${complaints}`)
    }),
  ])
  return { url, child, ended }
}

/** Starts `gitferry serve` on a free port. */
export function startServer(args: readonly string[]): Promise<ServerProcess> {
  return startScript(command, ['serve', '--port', '0', ...args])
}

/** SIGTERM, and the exit code. */
export async function stopServer({ child, ended }: ServerProcess): Promise<number | NodeJS.Signals> {
  child.kill('SIGTERM')
  return ended
}
