import type { ServiceContext } from './context.ts'
import type { KeptLogin } from './keep-login.ts'
import { toCredential } from './to-credential.ts'
import { usersOfCredentials } from './used-by.ts'

/** The names of the credentials that logins were kept in: all that an audit entry says of them. */
export const namesOf = (logins: readonly KeptLogin[]): string[] =>
  logins.map(({ credential }) => credential.name)

/** Emits `credential.created` for each that was; to be called once they are stored. */
export async function announceLogins(
  logins: readonly KeptLogin[],
  { events, storage }: Pick<ServiceContext, 'events' | 'storage'>,
): Promise<void> {
  const created = logins.filter(({ change }) => change === 'created').map(({ credential }) => credential)
  if (created.length === 0) return
  const users = await usersOfCredentials(
    storage,
    created.map(({ id }) => id),
  )
  for (const row of created) {
    events.emit('credential.created', { credential: toCredential(row, users.get(row.id) ?? []) })
  }
}
