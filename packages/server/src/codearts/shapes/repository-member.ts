import type { Member } from '@gitferry/core/contract'
import { domain, userIdText } from './identifiers.ts'

/** `RepositoryMember`. What gitferry does not know of a user is null; whoever is a user may sign in. Pure. */
export const toRepositoryMember = ({ name, role, user_id }: Member) => ({
  user_id: userIdText(user_id),
  name,
  domain_id: domain.id,
  domain_name: domain.name,
  email: null,
  description: null,
  // text, in the vendor's tables
  enabled: 'true',
  role,
})
