import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface DemoServer {
  readonly url: string
  /** SIGTERM, and the exit code that the server answers with. */
  stop(): Promise<number | null>
}

/** Starts the real command, `gitferry serve`, on a free port, and waits for its one line. */
export async function startServer(options: {
  readonly dataDir: string
  readonly repoRoot: string
}): Promise<DemoServer> {
  const command = new URL('../packages/server/bin/gitferry.mjs', import.meta.url).pathname
  const args = ['serve', '--port', '0', '--data-dir', options.dataDir, '--repo-root', options.repoRoot]
  const child = spawn(process.execPath, [command, ...args, '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  return {
    url: await readUrl(child, exited),
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
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
