import { type ErrorCode, GitferryError } from '../../errors/index.ts'

/** How a git command ended that did not do what was asked. */
export interface GitFailure {
  /** The verb, for the message: `fetch`. */
  readonly verb: string
  readonly exitCode: number
  /** Redacted. */
  readonly stderr: string
}

interface FailureClass {
  readonly code: ErrorCode
  /** For a program that must tell cases of one code apart: `details.reason`. */
  readonly reason: string
  readonly sign: RegExp
  /** For a person: what it means and what to do. */
  readonly advice: string
}

/**
 * The first that matches counts, so what is certain stands before what git prints in its wake: "Could not read
 * from remote repository" follows a refused key as well as a dead line.
 */
const classes: readonly FailureClass[] = [
  {
    code: 'HOST_KEY_MISMATCH',
    reason: 'host_key',
    sign: /host key verification failed|remote host identification has changed|no \S+ host key is known|no matching host key type found/i,
    advice: 'The host key of the remote is not the one that was accepted. Check it, then accept the new one.',
  },
  {
    code: 'HOST_KEY_MISMATCH',
    reason: 'certificate',
    sign: /ssl certificate|certificate verif|server verification failed|unable to get local issuer|self[- ]signed certificate/i,
    advice:
      'The TLS certificate of the remote cannot be trusted. Have it renewed or signed by a known authority.',
  },
  {
    code: 'DISK_FULL',
    reason: 'disk_full',
    sign: /no space left on device|disk quota exceeded|file too large/i,
    advice: 'There is no space left on the disk. Free some, then try again.',
  },
  {
    code: 'URL_FORBIDDEN',
    reason: 'transport',
    sign: /transport '[^']*' not allowed|protocol '[^']*' is not supported|unable to find remote helper|uses plaintext credentials/i,
    advice: 'The URL uses a transport that is not allowed here.',
  },
  {
    code: 'PATH_NOT_OWNED',
    reason: 'ownership',
    sign: /detected dubious ownership/i,
    advice: 'The repository belongs to another user of this machine.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'locked',
    sign: /unable to create '[^']*\.lock': file exists|another git process seems to be running/i,
    advice: 'Another git process holds a lock in the repository. Try again when it has ended.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'ref_clash',
    sign: /cannot lock ref '[^']*': '[^']*' exists; cannot create|cannot lock ref '[^']*': there is a non-empty directory/i,
    advice: 'A ref stands where another ref needs a folder, or the other way round.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'object_missing',
    sign: /not our ref|couldn't find remote ref|did not send all necessary objects/i,
    advice: 'The remote does not have what was asked for any more. List its refs again.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'corrupt',
    sign: /object file \S+ is empty|loose object \S+ .*is corrupt|bad object refs\/|packfile \S+ (?:cannot be accessed|does not match index)|inflate: data stream error|object corrupt or missing/i,
    advice: 'The repository is damaged: an object cannot be read.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'fsck',
    sign: /fsck error|error in (?:object|tree|commit|tag|blob) /i,
    advice: 'The remote sent an object that breaks git’s rules, and it was refused.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'protocol',
    sign: /protocol error|bad line length|bad band #|not valid: (?:is this a git repository|could not determine hash)|invalid (?:server response|ls-refs response|packet)|unable to parse (?:ref|packet)/i,
    advice: 'What answers at the URL does not speak git’s protocol as it should.',
  },
  {
    code: 'GIT_AUTH_FAILED',
    reason: 'ssh_key',
    sign: /permission denied \(|too many authentication failures/i,
    advice:
      'The remote refused the SSH key. Check that its public half is known there and may reach this repository.',
  },
  {
    code: 'GIT_AUTH_FAILED',
    reason: 'credential',
    sign: /authentication failed|invalid username or|could not read (?:username|password)|returned error: 40[13]\b|access denied|not authorized|permission to \S+ denied|bad credentials/i,
    advice: 'The remote refused the credential. Check that it is valid and may reach this repository.',
  },
  {
    code: 'GIT_REMOTE_NOT_FOUND',
    reason: 'redirect',
    sign: /returned error: 30[12378]\b|unable to update url base from redirection/i,
    advice:
      'The URL redirects elsewhere, which is not followed. Use the final URL, often the one ending in ".git".',
  },
  {
    code: 'GIT_REMOTE_NOT_FOUND',
    reason: 'not_found',
    sign: /repository .*not found|does not appear to be a git repository|returned error: (?:404|410)\b|project you were looking for could not be found|did you run git update-server-info|repository .*does not exist/i,
    advice: 'There is no repository at the URL, or the credential may not see it.',
  },
  {
    code: 'GIT_REJECTED',
    reason: 'too_large',
    sign: /returned error: 413\b|pack exceeds maximum allowed size/i,
    advice: 'The remote refuses a transfer of this size.',
  },
  {
    code: 'GIT_UNREACHABLE',
    reason: 'network',
    sign: /could not resolve|couldn't resolve|failed to connect|couldn't connect|unable to connect|connection (?:to \S+ )?(?:timed out|refused|reset|closed|was aborted)|operation timed out|operation too slow|early eof|hung up|tls handshake|gnutls|ssl_(?:connect|read|write)|openssl|returned error: (?:408|429|5\d\d)\b|expected flush|network is unreachable|no route to host|rpc failed|could not read from remote repository|unexpected disconnect|bytes of (?:body|length header)|kex_exchange|broken pipe|empty reply from server|unable to access/i,
    advice: 'The remote cannot be reached, or broke the connection off. It is worth another try later.',
  },
]

const longestQuote = 300
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
    .map((line) => line.trim().replace(sourcePlace, ''))
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
 * GIT_FAILED for all else; `details.reason` tells cases of one code apart (`locked`, `corrupt`, …), and of a host key
 * `details.key_type` and `details.fingerprint` tell which was shown.
 */
export function classifyFailure({ verb, exitCode, stderr }: GitFailure): GitferryError {
  const lines = ownLines(stderr)
  const text = lines.join('\n')
  const found = classes.find(({ sign }) => sign.test(text))
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
  const general = classes.find(({ code, reason }) => code === error.code && reason === error.details.reason)
  const said = general && error.message.endsWith(general.advice)
  const message = said ? error.message.slice(0, -general.advice.length) : `${error.message} `
  return new GitferryError(error.code, message + advice, { details: error.details, cause: error })
}
