import type { DeployKey, PublicKey } from '@gitferry/core/contract'
import { isoTime } from './time.ts'

/** `PublicKey`: an SSH key of a user. Pure. */
export const toPublicKey = ({ id, key, title }: PublicKey) => ({ id: String(id), title, key })

/** `Key`: a deploy key. Pure. */
export const toKey = ({ can_push, created_at, id, key, title }: DeployKey) => ({
  key_id: String(id),
  key_title: title,
  key,
  can_push,
  created_at: isoTime(created_at),
})
