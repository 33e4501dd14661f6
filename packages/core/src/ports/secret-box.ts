/**
 * Seals secrets that are stored. Sealing is authenticated encryption: what was changed, was sealed under another key
 * or for another place does not open.
 */
export interface SecretBox {
  /** For messages: `aes-gcm`. */
  readonly name: string
  /**
   * Fetches or makes the key; called once before anything else, again only after it failed. The methods below must
   * not wait: they are called inside storage transactions. A box whose key lives elsewhere fetches a data key here.
   * @throws SECRETS_UNAVAILABLE with what a person can do about it
   */
  open(): Promise<void>
  /**
   * Seals a text for one place: `associated` names it (`ssh_keys.sealed_private_key.7`). Two calls never answer the
   * same. The answer is text that names the key by its id and holds nothing of the secret.
   */
  seal(secret: string, associated: string): string
  /** @throws SECRET_UNREADABLE when the key, the place or the sealed text is another */
  unseal(sealed: string, associated: string): string
  /** Whether a sealed text is under an older key, so that it should be sealed again. */
  isStale(sealed: string): boolean
}
