import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A shell that is there already, as it is for somebody who types: what is timed is git alone. */
export interface Shell {
  /** Runs one line and waits for its end. Rejects when it fails. */
  run(line: string): Promise<void>
  close(): Promise<void>
}

export function openShell(options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Shell {
  const child = spawn('sh', [], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  return {
    async run(line) {
      const answered = once(lines, 'line') as Promise<[string]>
      child.stdin.write(`${line} >/dev/null; echo $?\n`)
      const [code] = await answered
      if (code !== '0') throw new Error(`"${line}" ended with ${code}`)
    },
    async close() {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}
