import { describe, expect, it } from 'vitest'
import { classifyFailure, withAdvice } from '../../../src/git/parsers/failure.ts'

const could =
  '\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n'

describe('the code of a failure', () => {
  it.each([
    ['HOST_KEY_MISMATCH', 'host_key', `Host key verification failed.${could}`],
    ['HOST_KEY_MISMATCH', 'host_key', `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @${could}`],
    [
      'HOST_KEY_MISMATCH',
      'host_key',
      `No ED25519 host key is known for host and you have requested strict checking.${could}`,
    ],
    [
      'HOST_KEY_MISMATCH',
      'certificate',
      "fatal: unable to access 'https://h/x/': SSL certificate problem: self-signed certificate",
    ],
    [
      'HOST_KEY_MISMATCH',
      'certificate',
      "fatal: unable to access 'https://h/x/': server certificate verification failed. CAfile: none CRLfile: none",
    ],
    [
      'HOST_KEY_MISMATCH',
      'host_key',
      `packet.c:sshpkt_vfatal():1922 (pid=7): Unable to negotiate with h port 22: no matching host key type found. Their offer: ssh-dss${could}`,
    ],
    ['HOST_KEY_MISMATCH', 'host_key', `Bad server host key: Invalid key length${could}`],
    ['GIT_FAILED', 'protocol', 'fatal: protocol error: bad line length character: hell'],
    ['GIT_FAILED', 'protocol', 'fatal: http://h/x/info/refs not valid: is this a git repository?'],
    [
      'DISK_FULL',
      'disk_full',
      'fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output',
    ],
    ['GIT_FAILED', 'killed', 'fatal: fetch-pack: invalid index-pack output'],
    ['URL_FORBIDDEN', 'transport', "fatal: transport 'ext' not allowed"],
    [
      'URL_FORBIDDEN',
      'transport',
      "git: 'remote-foo' is not a git command.\nfatal: unable to find remote helper for 'foo'",
    ],
    ['URL_FORBIDDEN', 'transport', "fatal: URL 'https://u:<redacted>@h/' uses plaintext credentials"],
    ['PATH_NOT_OWNED', 'ownership', "fatal: detected dubious ownership in repository at '/srv/x'"],
    ['GIT_FAILED', 'locked', "error: Unable to create '/s/refs/heads/x.lock': File exists."],
    ['GIT_FAILED', 'object_missing', "fatal: couldn't find remote ref refs/heads/gone"],
    [
      'GIT_FAILED',
      'object_missing',
      'fatal: remote error: upload-pack: not our ref 1111111111111111111111111111111111111111',
    ],
    [
      'GIT_FAILED',
      'corrupt',
      'error: object file /s/objects/ab/cd is empty\nfatal: loose object abcd (stored in /s) is corrupt',
    ],
    [
      'GIT_FAILED',
      'corrupt',
      'fatal: bad object refs/heads/torn\nerror: /s did not send all necessary objects'.split(
        '\n',
      )[0] as string,
    ],
    [
      'GIT_FAILED',
      'fsck',
      "error: object abcd: hasDotgit: contains '.git'\nfatal: fsck error in packed object",
    ],
    [
      'GIT_AUTH_FAILED',
      'credential',
      "remote: Invalid username or password.\nfatal: Authentication failed for 'https://h/x/'",
    ],
    [
      'GIT_AUTH_FAILED',
      'credential',
      "fatal: could not read Username for 'https://h': terminal prompts disabled",
    ],
    [
      'GIT_AUTH_FAILED',
      'forbidden',
      "fatal: unable to access 'https://h/x/': The requested URL returned error: 403",
    ],
    ['GIT_AUTH_FAILED', 'ssh_key', `git@h: Permission denied (publickey).${could}`],
    [
      'GIT_AUTH_FAILED',
      'ssh_key',
      `Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures${could}`,
    ],
    [
      'HOST_KEY_MISMATCH',
      'host_key',
      `Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: ssh-dss${could}`,
    ],
    ['GIT_AUTH_FAILED', 'credential', 'fatal: remote error: access denied or repository not exported: /x'],
    [
      'GIT_REMOTE_NOT_FOUND',
      'redirect',
      "fatal: unable to access 'https://h/x/': The requested URL returned error: 301",
    ],
    ['GIT_REMOTE_NOT_FOUND', 'not_found', "remote: Not Found\nfatal: repository 'https://h/x/' not found"],
    ['GIT_REMOTE_NOT_FOUND', 'not_found', `fatal: '/x' does not appear to be a git repository${could}`],
    ['GIT_REMOTE_NOT_FOUND', 'not_found', `ERROR: Repository not found.${could}`],
    [
      'GIT_REJECTED',
      'too_large',
      'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nfatal: the remote end hung up unexpectedly',
    ],
    ['GIT_UNREACHABLE', 'network', "fatal: unable to access 'https://h/': Could not resolve host: h"],
    ['GIT_UNREACHABLE', 'network', `ssh: Could not resolve hostname h: Name or service not known${could}`],
    ['GIT_UNREACHABLE', 'network', `ssh: connect to host h port 22: Connection refused${could}`],
    [
      'GIT_UNREACHABLE',
      'network',
      "fatal: unable to access 'https://h/': Failed to connect to h port 443: Connection timed out",
    ],
    [
      'GIT_UNREACHABLE',
      'unavailable',
      "fatal: unable to access 'https://h/': The requested URL returned error: 503",
    ],
    [
      'GIT_UNREACHABLE',
      'throttled',
      "fatal: unable to access 'https://h/': The requested URL returned error: 429",
    ],
    [
      'GIT_UNREACHABLE',
      'network',
      'fatal: the remote end hung up unexpectedly\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output',
    ],
    [
      'GIT_UNREACHABLE',
      'network',
      "fatal: unable to access 'https://h/': Operation too slow. Less than 1000 bytes/sec",
    ],
    ['GIT_UNREACHABLE', 'network', 'fatal: expected flush after ref listing'],
    ['GIT_UNREACHABLE', 'network', "fatal: expected 'acknowledgments'"],
    ['GIT_UNREACHABLE', 'network', 'fatal: error processing acks: 4'],
    [
      'GIT_UNREACHABLE',
      'network',
      `error: 4 bytes of body are still expected\nerror: Could not read ${'6'.repeat(37)}000\nfatal: the remote end hung up unexpectedly`,
    ],
    [
      'GIT_UNREACHABLE',
      'network',
      'error: 572 bytes of body are still expected\nfatal: protocol error: bad pack header',
    ],
    ['GIT_FAILED', 'other', 'error: something unheard of'],
    ['GIT_FAILED', 'other', ''],
  ])('%s (%s): %j', (code, reason, stderr) => {
    const error = classifyFailure({ verb: 'fetch', exitCode: 128, stderr })
    expect([error.code, error.details]).toEqual([code, { reason, exit_code: 128 }])
  })

  it('is not taken from what the remote prints', () => {
    const stderr =
      'remote: No space left on device\nremote: Host key verification failed.\nerror: failed to push some refs'
    expect(classifyFailure({ verb: 'push', exitCode: 1, stderr }).code).toBe('GIT_FAILED')
  })
})

describe('the message', () => {
  it('says what failed, why and what to do', () => {
    const stderr = "fatal: unable to access 'https://h/x/': Could not resolve host: h\n"
    expect(classifyFailure({ verb: 'fetch', exitCode: 128, stderr }).message).toBe(
      "git fetch failed: unable to access 'https://h/x/': Could not resolve host: h. " +
        'The remote cannot be reached, or broke the connection off. It is worth another try later.',
    )
  })

  it.each([
    ['git@h: Permission denied (publickey)', 'The remote refused the SSH key.'],
    ['ssh: connect to host h port 22: Connection refused', 'The remote cannot be reached'],
    ['ERROR: Repository not found', 'There is no repository at the URL'],
  ])('quotes of ssh what came before git lost the line: %s', (said, advice) => {
    const { message } = classifyFailure({ verb: 'push', exitCode: 128, stderr: `${said}.\r\n${could}` })
    expect(message).toContain(`git push failed: ${said}. ${advice}`)
  })

  it('does not say where in its own source ssh says something', () => {
    const said = 'Connection closed by 192.0.2.7 port 22'
    const stderr = `packet.c:sshpkt_vfatal():1922 (bin=ssh, uid=0, pid=7): ${said}${could}`
    const { code, message } = classifyFailure({ verb: 'fetch', exitCode: 128, stderr })
    expect(code).toBe('GIT_UNREACHABLE')
    expect(message).toMatch(/^git fetch failed: Connection closed by 192\.0\.2\.7 port 22\. /)
  })

  it('does not quote that nobody answers when git asks for a password', () => {
    const asked = "fatal: could not read Password for 'http://me@h': terminal prompts disabled"
    const stderr = `error: unable to read askpass response from '/bin/false'\n${asked}`
    expect(classifyFailure({ verb: 'fetch', exitCode: 128, stderr }).message).toMatch(
      /^git fetch failed: could not read Password for 'http:\/\/me@h': terminal prompts disabled\. /,
    )
  })

  it('may have other advice, instead of the general one', () => {
    const stderr = `git@h: Permission denied (publickey).${could}`
    const error = classifyFailure({ verb: 'fetch', exitCode: 128, stderr })
    const better = withAdvice(error, 'No key was offered.')
    expect(better.message).toBe('git fetch failed: git@h: Permission denied (publickey). No key was offered.')
    expect([better.code, better.details]).toEqual([error.code, error.details])
  })

  it('of a changed host key goes with the key that was shown', () => {
    const fingerprint = `SHA256:${'a'.repeat(43)}`
    const stderr = `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
${fingerprint}.
Please contact your system administrator.
Host key verification failed.${could}`
    const error = classifyFailure({ verb: 'fetch', exitCode: 128, stderr })
    expect(error.message).toMatch(/^git fetch failed: Host key verification failed\. /)
    expect(error.details).toMatchObject({ reason: 'host_key', key_type: 'ED25519', fingerprint })
  })

  it('quotes neither pages of a remote nor traces, and is never long', () => {
    const stderr = `remote: <h1>intranet</h1>\n{"event":"start"}\nfatal: ${'x'.repeat(5_000)}`
    const { message } = classifyFailure({ verb: 'push', exitCode: 1, stderr })
    expect(message).toMatch(/^git push failed: x{300}…\.$/)
  })
})

// Captured from git 2.39.5: the status as the answer to the first request, or to the push itself.
const atOnce = (status: number): string =>
  `remote: go away ${status}\nfatal: unable to access 'http://h/r.git/': The requested URL returned error: ${status}\n`
const afterwards = (status: number): string =>
  `error: RPC failed; HTTP ${status} curl 22 The requested URL returned error: ${status}\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n`
const unanswered =
  "error: unable to read askpass response from '/bin/false'\nfatal: could not read Username for 'http://h': terminal prompts disabled\n"
const hungUp =
  'send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n'

describe('the failure of a push', () => {
  it.each([
    [401, 'GIT_AUTH_FAILED', 'credential', [unanswered, `${unanswered}${hungUp}`]],
    [403, 'GIT_AUTH_FAILED', 'forbidden', [atOnce(403), afterwards(403)]],
    [
      404,
      'GIT_REMOTE_NOT_FOUND',
      'not_found',
      ["fatal: repository 'http://h/r.git/' not found", afterwards(404)],
    ],
    [413, 'GIT_REJECTED', 'too_large', [atOnce(413), afterwards(413)]],
    [429, 'GIT_UNREACHABLE', 'throttled', [atOnce(429), afterwards(429)]],
    [500, 'GIT_UNREACHABLE', 'server_error', [atOnce(500), afterwards(500)]],
    [503, 'GIT_UNREACHABLE', 'unavailable', [atOnce(503), afterwards(503)]],
    [301, 'GIT_REMOTE_NOT_FOUND', 'redirect', [atOnce(301), afterwards(301)]],
  ])('%i is %s (%s), whenever the server says so', (_, code, reason, said) => {
    for (const stderr of said) {
      const { code: got, details } = classifyFailure({ verb: 'push', exitCode: 128, stderr })
      expect([got, details.reason]).toEqual([code, reason])
    }
  })

  it.each([
    ['GIT_REJECTED', 'too_large', `remote: fatal: pack exceeds maximum allowed size (2.00 GiB)\n${hungUp}`],
    [
      'GIT_REJECTED',
      'too_large',
      `remote: error: File big is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB\n${hungUp}`,
    ],
    [
      'GIT_REJECTED',
      'too_large',
      `remote: GitLab: You are attempting to check in one or more blobs which exceed the 100MiB limit:\n${hungUp}`,
    ],
    [
      'GIT_REJECTED',
      'too_large',
      `remote: Your push to this repository would cause it to exceed the size limit of 10 GB\n${hungUp}`,
    ],
    [
      'GIT_REJECTED',
      'atomic_unsupported',
      'fatal: the receiving end does not support --atomic push\nfatal: the remote end hung up unexpectedly\n',
    ],
    [
      'GIT_REJECTED',
      'no_service',
      'XML error: no element found\nerror: no DAV locking support on http://h/r.git/\nfatal: git-http-push failed\n',
    ],
    ['GIT_REJECTED', 'no_service', 'fatal: remote error: service not enabled: /r.git'],
    ['GIT_REJECTED', 'read_only', `ERROR: This repository was archived so it is read-only.${could}`],
    ['GIT_AUTH_FAILED', 'forbidden', `ERROR: Permission to a/b denied to c.${could}`],
    [
      'GIT_AUTH_FAILED',
      'forbidden',
      `ERROR: The key you are authenticating with has been marked as read only.${could}`,
    ],
    ['GIT_UNREACHABLE', 'network', `error: RPC failed; curl 52 Empty reply from server\n${hungUp}`],
    ['GIT_UNREACHABLE', 'network', hungUp],
  ])('%s (%s): %j', (code, reason, stderr) => {
    const error = classifyFailure({ verb: 'push', exitCode: 1, stderr })
    expect([error.code, error.details.reason]).toEqual([code, reason])
  })

  it('with 403 does not say that the credential is at fault: the server may take no pushes at all', () => {
    // what git prints of http-backend without http.receivepack, logged in or not
    const stderr = "fatal: unable to access 'http://h/r.git/': The requested URL returned error: 403\n"
    expect(classifyFailure({ verb: 'push', exitCode: 128, stderr }).message).toContain(
      'the credential may not write there, or the server takes no pushes over http',
    )
    expect(classifyFailure({ verb: 'fetch', exitCode: 128, stderr }).message).not.toContain('push')
  })
})
