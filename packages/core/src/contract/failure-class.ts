import { z } from 'zod'

/**
 * What kind of trouble a ref or a run had, which says what to do about it. `policy`: the target's rules forbid it.
 * `race`: somebody else moved the ref. `auth`: the credential was refused. `trust`: a host key or certificate is not
 * the expected one. `gone`: there is no such repository. `too_big`: more than the target takes. `local`: something is
 * wrong here (disk, store, git). `network`: worth another try later.
 */
export const failureClass = z.enum(['policy', 'race', 'auth', 'trust', 'gone', 'too_big', 'local', 'network'])

export type FailureClass = z.output<typeof failureClass>
