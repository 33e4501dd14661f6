import type { ErrorCode } from '../../errors/index.ts'
import { tooBig } from './remote-words.ts'

/** One way in which a git command fails, and how to tell it. */
export interface FailureKind {
  readonly code: ErrorCode
  /** For a program that must tell cases of one code apart: `details.reason`. */
  readonly reason: string
  readonly sign: RegExp
  /** Only for this verb. */
  readonly verb?: string
  /** Whether the remote's own lines (`remote: …`) count too. */
  readonly fromRemote?: boolean
  /** For a person: what it means and what to do. */
  readonly advice: string
}

const worthAnotherTry =
  'The remote cannot be reached, or broke the connection off. It is worth another try later.'

/**
 * The first that matches counts, so what is certain stands before what git prints in its wake: "Could not read
 * from remote repository" follows a refused key as well as a dead line.
 */
export const failureKinds: readonly FailureKind[] = [
  {
    code: 'HOST_KEY_MISMATCH',
    reason: 'host_key',
    sign: /host key verification failed|remote host identification has changed|no \S+ host key is known|no matching host key type found|bad server host key/i,
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
    // before all that git says of half a packet: it takes half an oid for a whole one, and misses that object
    code: 'GIT_UNREACHABLE',
    reason: 'network',
    sign: /\d bytes of (?:body are still expected|length header were received)|\bcurl 18\b|error processing acks: \d/i,
    advice: worthAnotherTry,
  },
  {
    code: 'GIT_FAILED',
    reason: 'corrupt',
    sign: /object file \S+ is empty|(?:loose|packed) object \S+ .*is corrupt|bad object refs\/|bad tree object [0-9a-f]{40}|invalid sha1 pointer|packfile \S+ (?:cannot be accessed|does not match index|claims to have|is version)|(?:file|packfile) \S+ (?:is far too short|is not a git packfile|signature is unavailable)|index file \S+ (?:is too small|has)|non-monotonic index|wrong index v\d|inflate: data stream error|unable to unpack \S+ header|object corrupt or missing|could not read [0-9a-f]{40}|failed to traverse parents|un(?:expected|terminated) line in \S*packed-refs|not a git repository: '|bad config line \d+ in file/i,
    advice: 'The repository is damaged: an object cannot be read.',
  },
  {
    code: 'GIT_FAILED',
    reason: 'object_missing',
    sign: /not our ref|couldn't find remote ref|did not send all necessary objects/i,
    advice: 'The remote does not have what was asked for any more. List its refs again.',
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
    sign: /protocol error(?!: bad pack header)|bad line length|bad band #|not valid: (?:is this a git repository|could not determine hash)|invalid (?:server response|ls-refs response|packet)|unable to parse (?:ref|packet)/i,
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
    code: 'GIT_REJECTED',
    reason: 'atomic_unsupported',
    sign: /receiving end does not support --atomic/i,
    advice: 'The remote cannot take several refs as one: all or none. Switch atomic off for it.',
  },
  {
    code: 'GIT_REJECTED',
    reason: 'read_only',
    sign: /archived so it is read-only|read-only GitLab instance|repository is read[- ]only/i,
    advice: 'The repository takes no pushes: it is archived, or read-only for now.',
  },
  {
    code: 'GIT_REJECTED',
    reason: 'no_service',
    sign: /service not enabled|git-http-push failed|no DAV locking support/i,
    advice:
      'The server does not offer this over the URL’s transport. Switch it on there, or use another URL.',
  },
  {
    // A server that takes no pushes at all answers this as well as one that knows the credential and forbids it.
    code: 'GIT_AUTH_FAILED',
    reason: 'forbidden',
    verb: 'push',
    sign: /returned error: 403\b/i,
    advice:
      'The remote forbids the push (403): the credential may not write there, or the server takes no pushes over http.',
  },
  {
    code: 'GIT_AUTH_FAILED',
    reason: 'forbidden',
    sign: /returned error: 403\b|permission to \S+ denied|marked as read only|not allowed to (?:push|upload) code/i,
    advice:
      'The remote forbids the access. Check that the credential is valid and may reach this repository.',
  },
  {
    code: 'GIT_AUTH_FAILED',
    reason: 'credential',
    sign: /authentication failed|invalid username or|could not read (?:username|password)|returned error: 401\b|access denied|not authorized|bad credentials/i,
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
    sign: new RegExp(`returned error: 413\\b|${tooBig.source}`, 'i'),
    fromRemote: true,
    advice: 'The remote refuses a transfer of this size.',
  },
  {
    code: 'GIT_UNREACHABLE',
    reason: 'throttled',
    sign: /returned error: 429\b|too many requests|rate limit/i,
    advice: 'The remote asks for fewer requests. Try again later.',
  },
  {
    code: 'GIT_UNREACHABLE',
    reason: 'unavailable',
    sign: /returned error: 50[234]\b/i,
    advice: 'The remote is not available at the moment. Try again later.',
  },
  {
    code: 'GIT_UNREACHABLE',
    reason: 'server_error',
    sign: /returned error: 5\d\d\b/i,
    advice: 'The remote had an error of its own. Try again later, or ask who runs it.',
  },
  {
    code: 'GIT_UNREACHABLE',
    reason: 'network',
    sign: /could not resolve|couldn't resolve|failed to connect|couldn't connect|unable to connect|connection (?:to \S+ )?(?:timed out|refused|reset|closed|was aborted)|operation timed out|operation too slow|early eof|hung up|tls handshake|gnutls|ssl_(?:connect|read|write)|openssl|returned error: 408\b|expected flush|expected 'acknowledgments'|expected '[\w-]+'(?!,)|bad pack header|network is unreachable|no route to host|rpc failed|could not read from remote repository|unexpected disconnect|bytes of (?:body|length header)|kex_exchange|broken pipe|empty reply from server|unable to access/i,
    advice: worthAnotherTry,
  },
  {
    // last: whatever else ends it says why
    code: 'GIT_FAILED',
    reason: 'killed',
    sign: /invalid index-pack output/i,
    advice:
      'A part of git was killed while it wrote the objects. Look at the memory, and at the limits of the process (ulimit -f).',
  },
]
