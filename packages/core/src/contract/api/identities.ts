import type { AccessKey, CreateAccessKey, CreatedAccessKey } from '../access-key.ts'
import type { Deleted } from '../deleted.ts'
import type { Page, PageQuery } from '../page.ts'
import type { CreatedToken, CreateToken, Token } from '../token.ts'
import type { CreateUser, User } from '../user.ts'
import type { CallOptions } from './call-options.ts'

/** In whose name requests are made. */
export interface UsersApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<User>>
  all(options?: CallOptions): AsyncIterable<User>
  /** @throws USER_EXISTS */
  create(input: CreateUser, options?: CallOptions): Promise<User>
  /** Deletes a user with every token and access key that is theirs. @throws USER_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** What callers show to be let in: `Authorization: Bearer …`, or `X-Auth-Token`. */
export interface TokensApi {
  /** One page; no secret in it. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Token>>
  all(options?: CallOptions): AsyncIterable<Token>
  /**
   * Makes a token; its text is in this answer and nowhere else. Without `user_id` it is the caller’s own, or, where the
   * caller is no stored user, that of the user who is called as the token is, made if need be; a name that can be no
   * user’s needs a `user_id`. From the first token on every caller is asked for one, also once all are revoked.
   * @throws INVALID_INPUT (also an `expires_at` that is not in the future), USER_NOT_FOUND, REPO_NOT_FOUND, TOKEN_EXISTS
   *   (that user’s, by name)
   */
  create(input: CreateToken, options?: CallOptions): Promise<CreatedToken>
  /** Revokes a token: it is refused from now on. @throws TOKEN_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** Pairs of keys with which requests are signed. */
export interface AccessKeysApi {
  /** One page; no secret in it. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<AccessKey>>
  all(options?: CallOptions): AsyncIterable<AccessKey>
  /**
   * Makes an access key; its secret is in this answer and nowhere else. Whose it is, as for a token.
   * @throws INVALID_INPUT, USER_NOT_FOUND, REPO_NOT_FOUND, ACCESS_KEY_EXISTS, SECRETS_UNAVAILABLE
   */
  create(input: CreateAccessKey, options?: CallOptions): Promise<CreatedAccessKey>
  /** Revokes an access key. @throws ACCESS_KEY_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}
