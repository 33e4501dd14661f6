import { describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import { classifyFailure } from '../../src/git/parsers/failure.ts'
import { classifyError } from '../../src/sync/classify-error.ts'

const ofGit = (stderr: string) => classifyFailure({ verb: 'fetch', exitCode: 128, stderr })

describe('what kind of trouble an error is', () => {
  it.each([
    ['network', 'fatal: unable to access: Could not resolve host: x'],
    ['network', 'error: RPC failed; HTTP 503 returned error: 503'],
    ['network', 'fatal: protocol error: bad line length character: <htm'],
    ['auth', 'fatal: Authentication failed for https://x/'],
    ['trust', 'Host key verification failed.'],
    ['trust', 'fatal: unable to access: SSL certificate problem: unable to get local issuer certificate'],
    ['gone', 'fatal: x does not appear to be a git repository'],
    ['too_big', 'error: RPC failed; HTTP 413 The requested URL returned error: 413'],
    ['race', "fatal: couldn't find remote ref refs/heads/x"],
    ['race', 'fatal: remote error: upload-pack: not our ref 1111'],
    ['local', 'fatal: write error: No space left on device'],
    ['local', 'error: object file objects/11/11 is empty'],
    ['local', 'fatal: what nobody has seen before'],
  ])('%s: %s', (kind, stderr) => {
    expect(classifyError(ofGit(stderr))).toBe(kind)
  })

  it.each([
    ['policy', 'GIT_REJECTED'],
    ['policy', 'MASS_DELETION'],
    ['policy', 'APPROVAL_REQUIRED'],
    ['policy', 'REF_PROTECTED'],
    ['race', 'VERSION_CONFLICT'],
    ['race', 'PLAN_STALE'],
    ['network', 'GIT_STALLED'],
    ['local', 'INTERNAL'],
  ] as const)('%s: %s', (kind, code) => {
    expect(classifyError(new GitferryError(code, 'x'))).toBe(kind)
  })
})
