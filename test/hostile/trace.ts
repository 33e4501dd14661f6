import { readFileSync } from 'node:fs'

/** A program that was started. */
export interface Execution {
  readonly program: string
  /** Its own name first. */
  readonly args: readonly string[]
  /** Whether that is all of them: strace leaves out those after the 32nd. */
  readonly isWhole: boolean
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"`
const begun = new RegExp(
  String.raw`^(\d+) +execve\((${quoted}), \[(${quoted}(?:, ${quoted})*)(, \.\.\.)?\], 0x[0-9a-f]+ /\* \d+ vars? \*/(.*)$`,
)
const resumed = /^(\d+) +<\.\.\. execve resumed>(.*)$/
const failed = /^\) += -1 E/
const ended = /^(?:\) += (?:0|-1 E\w+ .*)| <unfinished \.\.\.>)$/

/** Calls that send: on a socket that is connected they name no address. */
const sending = /^\d+ +(?:sendto|sendmsg|sendmmsg)\(/
const resumedSending = /^\d+ +<\.\.\. (?:connect|sendto|sendmsg|sendmmsg) resumed>/
const connecting = /^\d+ +connect\(\d+, \{sa_family=AF_/

/** Text between quotes as it was before strace escaped it; of what is not ASCII, its bytes. */
const unquoted = (text: string): string =>
  text.slice(1, -1).replace(/\\(?:([0-7]{1,3})|(.))/g, (_, octal: string | undefined, symbol: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const at = 'ntrvf'.indexOf(symbol)
    return at === -1 ? symbol : '\n\t\r\v\f'.charAt(at)
  })

/** What strace wrote about processes that have all ended. */
export class Trace {
  readonly #lines: readonly string[]

  constructor(file: string) {
    this.#lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  }

  /** Every program that began; those that were looked for and not found did not. */
  executions(): Execution[] {
    const executions: Execution[] = []
    const unfinished = new Map<string, Execution>()
    for (const line of this.#lines) {
      const [, pid = '', program, args = '', more, end = ''] = begun.exec(line) ?? []
      if (program !== undefined) {
        const words = [...args.matchAll(new RegExp(quoted, 'g'))].map(([word]) => unquoted(word))
        const execution = { program: unquoted(program), args: words, isWhole: more === undefined }
        if (end.includes('unfinished')) unfinished.set(pid, execution)
        else if (!failed.test(end)) executions.push(execution)
      }
      const [, resumedPid = '', outcome = ''] = resumed.exec(line) ?? []
      const execution = unfinished.get(resumedPid)
      if (execution === undefined) continue
      unfinished.delete(resumedPid)
      if (!failed.test(outcome)) executions.push(execution)
    }
    // who was killed meanwhile may have begun
    return [...executions, ...unfinished.values()]
  }

  /** Every address that was connected to, or that a datagram was sent to, as `family address:port`. */
  addresses(): string[] {
    return this.#lines.flatMap((line) => {
      const [, family] = /sa_family=(AF_\w+)/.exec(line) ?? []
      if (family === undefined) return []
      const [, port = ''] = /sin6?_port=htons\((\d+)\)/.exec(line) ?? []
      const [, address = ''] =
        /inet_addr\("([^"]*)"\)/.exec(line) ?? /inet_pton\(AF_INET6, "([^"]*)"/.exec(line) ?? []
      const [, path = ''] = /sun_path=@?"([^"]*)"/.exec(line) ?? []
      return [family === 'AF_UNIX' ? `AF_UNIX ${path}` : `${family} ${address}:${port}`]
    })
  }

  /** Lines that cannot be read to the end, and so may hide a program or an address. */
  unread(): string[] {
    return this.#lines.filter((line) => {
      const end = begun.exec(line)?.[5] ?? resumed.exec(line)?.[2]
      if (end !== undefined) return !ended.test(end)
      return ![sending, resumedSending, connecting].some((known) => known.test(line))
    })
  }
}
