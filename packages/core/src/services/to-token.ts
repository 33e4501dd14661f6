import type { Token, TokenRow } from '../contract/index.ts'
import { tokenPrefix } from './token-text.ts'

/** A stored token as it is shown: without its secret, of which only the hash is stored anyway. */
export function toToken({ public_id, secret_hash: _, version: __, ...shown }: TokenRow, user: string): Token {
  return { ...shown, user, prefix: tokenPrefix(public_id) }
}
