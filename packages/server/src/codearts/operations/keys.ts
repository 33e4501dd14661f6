import { GitferryError } from '@gitferry/core/errors'
import { z } from 'zod'
import type { OwnFailures } from '../failure.ts'
import { keyId, shortId, text, uuid } from '../fields.ts'
import { operation } from '../operation.ts'
import { repoByUuid } from '../repositories.ts'
import { toKey, toPublicKey } from '../shapes/key.ts'

/** Published for AddSshKey, and carried over to the keys of repositories. */
const ofKeys: OwnFailures = ({ code, details }) => {
  if (code === 'SSH_KEY_INVALID') return { status: 400, code: 'CH.010202' }
  return details.reason === 'empty' ? { status: 400, code: 'CH.080002' } : undefined
}

/** The table lets them be empty, and a code of its own refuses them then. */
function refuseEmpty(fields: Readonly<Record<string, string>>): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value.trim() !== '') continue
    const details = { field, reason: 'empty' }
    throw new GitferryError('INVALID_INPUT', `${field}: must not be empty`, { details })
  }
}

const ofRepository = z.object({ repository_id: shortId })
const ofKey = z.object({ repository_id: shortId, key_id: keyId })

const deployKey = z.object({
  // empty where a client has nothing to say, and never absent
  application: text(0, 255),
  can_push: z.boolean({ error: 'must be true or false' }),
  key: text(1, 16_384),
  key_title: text(1, 255),
})

/** @throws PUBLIC_KEY_NOT_FOUND where no record can have this id */
function idOf(digits: string): number {
  const id = Number(digits)
  if (Number.isSafeInteger(id) && id > 0) return id
  throw new GitferryError('PUBLIC_KEY_NOT_FOUND', 'There is no key of this id.')
}

const sshKey = z.object({ key: text(0, 2_048), title: text(0, 255) })

export const keyOperations = {
  ListSshKeys: operation({
    method: 'GET',
    paths: ['/v1/users/sshkey'],
    async answer({ gitferry, signal }) {
      const sshkey = await Array.fromAsync(gitferry.publicKeys.all({ signal }), toPublicKey)
      return { total: sshkey.length, sshkey }
    },
  }),

  AddSshKey: operation({
    method: 'POST',
    paths: ['/v1/users/sshkey'],
    body: sshKey,
    changes: 'publicKeys.add',
    failures: ofKeys,
    async answer({ body: { key, title }, gitferry }) {
      refuseEmpty({ title, key })
      return toPublicKey(await gitferry.publicKeys.add({ key, title }))
    },
  }),

  DeleteSShkey: operation({
    method: 'DELETE',
    paths: ['/v1/users/sshkey/{id}'],
    path: z.object({ id: keyId }),
    changes: 'publicKeys.delete',
    async answer({ gitferry, path: { id } }) {
      await gitferry.publicKeys.delete(idOf(id))
      return id
    },
  }),

  /** Of all that it is sent, nothing is kept or logged. */
  ShowPrivateKeyVerify: operation({
    method: 'POST',
    paths: ['/v1/users/sshkey/privatekey/verify'],
    body: z.object({ repository_uuid: uuid, private_key: text(0, 2_048) }),
    changes: 'publicKeys.verify',
    async answer({ body: { private_key, repository_uuid }, gitferry, signal }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const { can_read } = await gitferry.publicKeys.verify(id, { private_key }, { signal })
      if (can_read) return undefined
      throw new GitferryError('ROLE_MISSING', 'The key does not open this repository.')
    },
  }),

  AddDeployKey: operation({
    method: 'POST',
    paths: ['/v2/repositories/{repository_id}/deploy-keys', '/v1/repositories/{repository_id}/deploy_keys'],
    path: ofRepository,
    body: deployKey,
    changes: 'deployKeys.add',
    fields: { id: 'repository_id', title: 'key_title' },
    failures: ofKeys,
    async answer({ body, gitferry, path: { repository_id } }) {
      const { application, can_push, key, key_title: title } = body
      return toKey(await gitferry.deployKeys.add(repository_id, { application, can_push, key, title }))
    },
  }),

  DeleteDeployKey: operation({
    method: 'DELETE',
    paths: [
      '/v2/repositories/{repository_id}/deploy-keys/{key_id}',
      '/v1/repositories/{repository_id}/deploy_keys/{key_id}',
    ],
    path: ofKey,
    changes: 'deployKeys.delete',
    fields: { id: 'repository_id' },
    async answer({ gitferry, path: { key_id, repository_id } }) {
      await gitferry.deployKeys.delete(repository_id, idOf(key_id))
      return true
    },
  }),
}
