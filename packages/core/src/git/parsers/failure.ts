import { GitferryError } from '../../errors/index.ts'
import { failureKinds } from './failure-kinds.ts'

/** How a git command ended that did not do what was asked. */
export interface GitFailure {
  /** The verb, for the message: `fetch`. */
  readonly verb: string
  readonly exitCode: number
  /** Redacted. */
  readonly stderr: string
}

const longestQuote = 300
/** A line of git’s own is shorter, and the signs take a time that grows with the square of a line’s length. */
const longestLine = 2_000
/** OpenSSH tells the key that a server showed instead of the known one, its type by a short name: `ED25519`. */
const shownHostKey = /^The fingerprint for the (\S+) key sent by the remote host is\n(SHA256:[\w+/]{43})\.$/m

/** Where in its own source ssh says something, as `LogVerbose` has it: `packet.c:sshpkt_vfatal():1922 (pid=7): `. */
const sourcePlace = /^\w+\.c:\w+\(\):\d+ \([^)]*\): /

/**
 * What git itself said. Lines of the remote (`remote: …`) are left out, they may be any page inside a network;
 * and so are lines of a trace, and what becomes of git's question for a password, which nobody answers here.
 */
function ownLines(stderr: string): string[] {
  return stderr
    .split(/[\r\n]+/)
    .map((line) => line.slice(0, longestLine).trim().replace(sourcePlace, ''))
    .filter(
      (line) => line !== '' && !/^(?:remote: |\{"event"|error: unable to read askpass response)/.test(line),
    )
}

/** What git says of every end of ssh: the line before it tells why. */
const wake = /^fatal: could not read from remote repository/i

function quote(lines: readonly string[], sign: RegExp | undefined): string {
  const telling = sign && lines.find((line) => sign.test(line) && !line.startsWith('@') && !wake.test(line))
  const first = lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1) ?? ''
  const said = wake.test(first) ? (telling ?? first) : first
  const text = said.replace(/^(?:fatal|error): /, '').replace(/[.\s]+$/, '')
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
}

/**
 * The error for a failed git command, by what git printed (`LC_ALL=C`). Codes: HOST_KEY_MISMATCH, DISK_FULL,
 * URL_FORBIDDEN, PATH_NOT_OWNED, GIT_AUTH_FAILED, GIT_REMOTE_NOT_FOUND, GIT_REJECTED, GIT_UNREACHABLE, and
 * GIT_FAILED for all else; `details.reason` tells cases of one code apart (`locked`, `throttled`, …), and of a host key
 * `details.key_type` and `details.fingerprint` tell which was shown.
 */
export function classifyFailure({ verb, exitCode, stderr }: GitFailure): GitferryError {
  const lines = ownLines(stderr)
  const text = lines.join('\n')
  const found = failureKinds.find(
    (kind) =>
      (kind.verb ?? verb) === verb && (kind.sign.test(text) || (kind.fromRemote && kind.sign.test(stderr))),
  )
  const said = quote(lines, found?.sign)
  const shown = shownHostKey.exec(text)
  const ended =
    exitCode > 128 && said === '' ? `git ${verb} was killed (exit code ${exitCode})` : `git ${verb} failed`
  const message = [said === '' ? `${ended}.` : `${ended}: ${said}.`, found?.advice].filter(Boolean).join(' ')
  return new GitferryError(found?.code ?? 'GIT_FAILED', message, {
    details: {
      reason: found?.reason ?? 'other',
      exit_code: exitCode,
      ...(shown && { key_type: shown[1], fingerprint: shown[2] }),
    },
  })
}

/** The same error with other advice, for whoever knows more than git said. */
export function withAdvice(error: GitferryError, advice: string): GitferryError {
  const general = failureKinds.find(
    ({ code, reason }) => code === error.code && reason === error.details.reason,
  )
  const said = general && error.message.endsWith(general.advice)
  const message = said ? error.message.slice(0, -general.advice.length) : `${error.message} `
  return new GitferryError(error.code, message + advice, { details: error.details, cause: error })
}
