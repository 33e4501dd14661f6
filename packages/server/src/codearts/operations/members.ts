import { GitferryError } from '@gitferry/core/errors'
import { z } from 'zod'
import { integerText, oneOfIntegers, optional, text, uuid } from '../fields.ts'
import { operation } from '../operation.ts'
import { repoByUuid } from '../repositories.ts'
import { findUserId, userIdOf, userIdText } from '../shapes/identifiers.ts'
import { toRepositoryMember } from '../shapes/repository-member.ts'

/** No user has this id. */
const nobody = Number.MAX_SAFE_INTEGER

const ofRepository = z.object({ repository_uuid: uuid })
const ofMember = z.object({ repository_uuid: uuid, member_id: text(1, 32) })
const role = oneOfIntegers(20, 30, 40)

const users = z
  .array(z.object({ id: text(1, 32), name: text(0, 255), role }), { error: 'must be a list of users' })
  .min(1, 'must hold a user')
  .max(100, 'must hold at most 100 users')

export const memberOperations = {
  ListRepoMembers: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/members'],
    path: ofRepository,
    query: z.object({
      page_index: optional(integerText(1)),
      page_size: optional(integerText(1, 100)),
      subject: optional(text(0, 128)),
    }),
    async answer({ gitferry, path: { repository_uuid }, query, signal }) {
      const { page_index: page = 1, page_size = 100, subject } = query
      const id = await repoByUuid(gitferry, repository_uuid)
      const given = { page, page_size, ...(subject && { name: subject }) }
      const { items, total } = await gitferry.members.list(id, given, { signal })
      return { total, users: items.map(toRepositoryMember) }
    },
  }),

  /** All of them or none: one who is no user, or cannot be added, is no success with a failure inside. */
  AddRepoMembers: operation({
    method: 'POST',
    paths: ['/v1/repositories/{repository_uuid}/members'],
    path: ofRepository,
    body: z.object({ users }),
    changes: 'members.set',
    fields: { 'members.*.user_id': 'users.*.id', user_id: 'users' },
    async answer({ body, gitferry, path: { repository_uuid } }) {
      const repoId = await repoByUuid(gitferry, repository_uuid)
      // whether there are such users is only told to whoever may add them
      const asked = body.users.map(({ id, role }) => ({ user_id: findUserId(id) ?? nobody, role }))
      const added = await gitferry.lookUp.setMembers(repoId, asked)
      return added.map(({ name, user_id }) => ({
        id: userIdText(user_id),
        name,
        message: 'add user success',
        status: 'success',
      }))
    },
  }),

  SetRepoRole: operation({
    method: 'PUT',
    paths: ['/v1/repositories/{repository_uuid}/members/{member_id}'],
    path: ofMember,
    body: z.object({ role }),
    changes: 'members.set',
    fields: { user_id: 'member_id' },
    async answer({ body, gitferry, path: { member_id, repository_uuid }, signal }) {
      const repoId = await repoByUuid(gitferry, repository_uuid)
      const userId = userIdOf(member_id)
      for await (const { user_id } of gitferry.members.all(repoId, { signal })) {
        if (user_id !== userId) continue
        await gitferry.members.set(repoId, userId, { role: body.role })
        return {}
      }
      // it changes a role, and does not make a member
      throw new GitferryError('MEMBER_NOT_FOUND', 'This user is no member of the repository.')
    },
  }),

  DeleteRepoMember: operation({
    method: 'DELETE',
    paths: ['/v1/repositories/{repository_uuid}/members/{member_id}'],
    path: ofMember,
    changes: 'members.delete',
    fields: { user_id: 'member_id' },
    async answer({ gitferry, path: { member_id, repository_uuid } }) {
      await gitferry.members.delete(await repoByUuid(gitferry, repository_uuid), userIdOf(member_id))
      return {}
    },
  }),
}
