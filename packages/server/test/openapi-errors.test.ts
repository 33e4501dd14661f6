import { type ErrorCode, errorCodes } from '@gitferry/core/wire'
import { describe, expect, it } from 'vitest'
import { apiDocument } from '../src/openapi/document.ts'

interface Responses {
  readonly [status: string]: { readonly $ref?: string }
}

const { paths } = apiDocument() as {
  paths: Record<string, Record<string, { operationId: string; responses: Responses }>>
}
const described = new Map(
  Object.values(paths).flatMap((item) =>
    Object.values(item).map(({ operationId, responses }) => [operationId, codesOf(responses)]),
  ),
)

/** A response of errors is named after its codes. */
function codesOf(responses: Responses): string[] {
  return Object.values(responses).flatMap(({ $ref }) => $ref?.split('/').at(-1)?.split('.') ?? [])
}

const codes = (operationId: string) => described.get(operationId) ?? []

const toGit: readonly ErrorCode[] = ['GIT_FAILED', 'GIT_MISSING', 'GIT_TIMEOUT', 'NOT_A_REPOSITORY']
const toOpenARemote: readonly ErrorCode[] = [
  'SSH_KEY_NOT_FOUND',
  'SSH_KEY_INVALID',
  'SECRETS_UNAVAILABLE',
  'SECRET_UNREADABLE',
  'STORE_FAILED',
  'UNSUPPORTED',
  'URL_FORBIDDEN',
]

describe('the codes that an operation is described with', () => {
  it('are codes of the error table', () => {
    for (const [operationId, all] of described) {
      for (const code of all) expect(Object.keys(errorCodes), operationId).toContain(code)
    }
  })

  it.each<[string, readonly ErrorCode[]]>([
    ['reposRemotesTest', [...toOpenARemote, ...toGit, 'CREDENTIAL_NOT_FOUND', 'PATH_OUTSIDE_ROOTS']],
    ['keysTest', toOpenARemote],
    [
      'syncTasksPlan',
      [...toOpenARemote, ...toGit, 'CREDENTIAL_NOT_FOUND', 'GIT_STALLED', 'VERSION_CONFLICT'],
    ],
    ['syncTasksCreate', ['UNSUPPORTED', 'SCHEDULE_INVALID', 'SAME_REF', 'REMOTE_UNKNOWN', 'URL_FORBIDDEN']],
    ['syncTasksUpdate', ['UNSUPPORTED', 'SCHEDULE_INVALID', 'SAME_REF', 'REMOTE_UNKNOWN', 'URL_FORBIDDEN']],
    ['reposRegister', [...toGit, 'UNSUPPORTED', 'PATH_NOT_OWNED', 'REPO_EXISTS', 'CREDENTIAL_NOT_FOUND']],
    ['webhooksTaskSync', ['CONFLICT', 'RATE_LIMITED', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE']],
    ['notificationsPreview', ['TEMPLATE_INVALID', 'ORIGIN_NOT_ALLOWED', 'PAYLOAD_TOO_LARGE']],
    ['reposClone', ['URL_FORBIDDEN', 'PATH_EXISTS', 'REPO_EXISTS', 'REF_INVALID', 'SECRETS_UNAVAILABLE']],
    ['reposCreate', ['REPO_EXISTS', 'REF_INVALID', 'STORE_FAILED', 'DISK_FULL', 'GIT_FAILED', 'GIT_MISSING']],
    ['jobsCancel', ['JOB_NOT_FOUND', 'JOB_FINISHED', 'CLOSED']],
    ['syncPlansApply', ['PLAN_NOT_FOUND', 'PLAN_CLOSED', 'TASK_NOT_FOUND', 'CLOSED']],
    [
      'syncRunsRestore',
      [...toOpenARemote, ...toGit, 'KEPT_REF_NOT_FOUND', 'RESTORE_REFUSED', 'SAME_REF', 'GIT_AUTH_FAILED'],
    ],
    ['reposList', ['UNAUTHENTICATED', 'FORBIDDEN', 'STORAGE_FAILED', 'CLOSED']],
    // the storage knows which tokens are good
    ['systemVersion', ['UNAUTHENTICATED', 'FORBIDDEN', 'STORAGE_FAILED', 'CLOSED']],
    ['metrics', ['UNAUTHENTICATED', 'FORBIDDEN', 'STORAGE_FAILED', 'CLOSED']],
  ])('of %s are all that it can answer', (operationId, wanted) => {
    expect(codes(operationId)).toEqual(expect.arrayContaining([...wanted]))
  })

  const change: readonly ErrorCode[] = ['CONFLICT', 'DISK_FULL']
  it.each<[string, readonly ErrorCode[]]>([
    ['systemHealth', [...change, 'STORAGE_FAILED', 'CLOSED', 'UNAUTHENTICATED', 'FORBIDDEN']],
    ['healthz', ['STORAGE_FAILED', 'CLOSED', 'UNAUTHENTICATED', 'FORBIDDEN']],
    ['webhooksTaskSync', ['UNAUTHENTICATED', 'FORBIDDEN']],
    ['systemVersion', change],
    ['notificationsPreview', change],
    ['events', change],
    ['reposRemotesList', [...toGit, 'PATH_OUTSIDE_ROOTS', 'UNSUPPORTED']],
    ['reposRemotesAdd', [...toGit, 'PATH_OUTSIDE_ROOTS', 'UNSUPPORTED']],
    ['reposRemotesUpdate', [...toGit, 'PATH_OUTSIDE_ROOTS', 'UNSUPPORTED']],
    ['keysTest', ['PATH_OUTSIDE_ROOTS', 'NOT_A_REPOSITORY', 'PATH_INVALID', 'CREDENTIAL_NOT_FOUND']],
    ['branchesList', ['UNSUPPORTED', 'GIT_STALLED']],
    ['notificationsChannelsList', ['SECRETS_UNAVAILABLE', 'SECRET_UNREADABLE']],
    ['notificationsChannelsTest', ['URL_FORBIDDEN', 'SECRETS_UNAVAILABLE', 'SECRET_UNREADABLE']],
    ['reposRegister', ['SECRETS_UNAVAILABLE']],
    // what becomes of the clone itself is told by its job
    ['reposClone', [...toGit, 'GIT_AUTH_FAILED', 'SSH_KEY_INVALID', 'SECRET_UNREADABLE', 'STORE_FAILED']],
    ['reposCreate', ['PATH_OUTSIDE_ROOTS', 'PATH_NOT_OWNED', 'UNSUPPORTED', 'URL_FORBIDDEN']],
    // and what becomes of the plan by its run
    ['syncPlansApply', ['PLAN_STALE', 'MASS_DELETION', 'SYNC_CONFLICT', 'GIT_FAILED']],
    ['syncTasksPause', ['TASK_RUNNING', 'GIT_FAILED']],
  ])('of %s are none that it cannot answer', (operationId, never) => {
    expect(codes(operationId)).not.toEqual([])
    expect(codes(operationId).filter((code) => never.includes(code as ErrorCode))).toEqual([])
  })
})
