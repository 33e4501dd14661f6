import type { GitferryApi } from '../../contract/api/index.ts'
import type { User } from '../../contract/user.ts'
import type { Scope } from '../../wire/index.ts'
import type { ApiSubject } from './subject.ts'

/** Somebody who has signed in. */
export interface SignedIn {
  readonly user: User
  readonly api: GitferryApi
}

/** Makes a user with a token of this scope, and signs in with it. */
export async function signInAs(
  { api, signedIn }: Pick<ApiSubject, 'api' | 'signedIn'>,
  name: string,
  scope: Scope = 'member',
): Promise<SignedIn> {
  const user = await api.users.create({ name })
  const { token } = await api.tokens.create({ name, scope, user_id: user.id })
  return { user, api: await signedIn(token) }
}
