import type { StorageSession } from '../ports/index.ts'

const name = 'credentials_asked'

/** Whether a token was ever made here: it says so also when every one is revoked, which must not open the door. */
export async function areCredentialsAsked(session: StorageSession): Promise<boolean> {
  return (await session.collection('settings').count({ name })) > 0
}

/** From now on every caller is asked for a credential; to be called in the transaction that stores a token. */
export async function askForCredentials(session: StorageSession): Promise<void> {
  if (await areCredentialsAsked(session)) return
  await session.collection('settings').insert({ name, value: 'true' })
}
