import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process at one moment. */
export interface SeenProcess {
  readonly pid: number
  /** Its program and arguments, each ended by NUL. */
  readonly commandLine: string
  /** `name=value`, each ended by NUL; empty where it is not ours to read. */
  readonly environment: string
}

/** The processes of this machine, as anybody who may look at them sees them, from one moment to the next. */
export class ProcessSamples {
  readonly #seen = new Map<string, SeenProcess>()

  /** Every state of a process that was seen, once. */
  get all(): SeenProcess[] {
    return [...this.#seen.values()]
  }

  take(): void {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      const process = processNow(Number(name))
      if (process) this.#seen.set(JSON.stringify(process), process)
    }
  }
}

/** The program that a process runs, without its folder. */
export const programOf = ({ commandLine }: SeenProcess): string =>
  /^(?:[^\0]*\/)?([^\0/]*)/.exec(commandLine)?.[1] ?? ''

/** Processes that work in a folder, or below it. */
export const processesIn = (folder: string): string[] =>
  readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(folder)
    } catch {
      return false
    }
  })

/** `undefined`: it has ended, is the kernel's, or became another program while it was looked at. */
function processNow(pid: number): SeenProcess | undefined {
  const commandLine = textOf(`/proc/${pid}/cmdline`)
  const environment = textOf(`/proc/${pid}/environ`)
  const isSame = commandLine !== '' && commandLine === textOf(`/proc/${pid}/cmdline`)
  return isSame ? { pid, commandLine, environment } : undefined
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // it has ended, or belongs to somebody else
    return ''
  }
}
