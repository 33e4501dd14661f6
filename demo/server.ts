import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface DemoServer extends AsyncDisposable {
  readonly url: string
  /** SIGTERM, and the exit code that the server answers with. May be called twice. */
  stop(): Promise<number | null>
}

/** Starts the real command, `gitferry serve`, on a free port, and waits for its one line. */
export async function startServer(options: {
  readonly dataDir: string
  readonly repoRoot: string
  readonly webhookSecretFile: string
  readonly allowOutgoing: readonly string[]
}): Promise<DemoServer> {
  // from the sources, as the demo itself: what was built may be older
  const command = fileURLToPath(new URL('../packages/server/src/bin.ts', import.meta.url))
  const args = ['serve', '--port', '0', '--data-dir', options.dataDir, '--repo-root', options.repoRoot]
  args.push('--webhook-secret-file', options.webhookSecretFile, '--log-level', 'error')
  for (const place of options.allowOutgoing) args.push('--allow-outgoing', place)
  const child = spawn(process.execPath, [...process.execArgv, command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const stop = async () => {
    child.kill('SIGTERM')
    const [code] = await exited
    return code
  }
  return {
    url: await readUrl(child, exited),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

async function readUrl(child: ChildProcess, exited: Promise<[number | null]>): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const listening = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const url = /^gitferry listening on (\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const ended = exited.then(([code]) => {
    throw new Error(`the server ended with ${code} before it listened`)
  })
  return Promise.race([listening, ended])
}
