import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { SecretBox } from '../ports/index.ts'

/** Where a sealed value stands; one that is copied elsewhere does not open. */
export interface SealedPlace {
  readonly table: string
  readonly column: string
  readonly id: number
}

/** The secrets of the storage, behind whatever box the application gave. */
export class SealedValues {
  readonly #box: SecretBox | undefined

  constructor({ box }: { readonly box: SecretBox | undefined }) {
    this.#box = box
  }

  /** Whether anything can be sealed here. */
  get available(): boolean {
    return this.#box !== undefined
  }

  /** @throws SECRETS_UNAVAILABLE */
  seal(secret: string, place: SealedPlace): string {
    return this.#open().seal(secret, nameOf(place))
  }

  /** @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE */
  unseal(sealed: string, place: SealedPlace): string {
    return this.#open().unseal(sealed, nameOf(place))
  }

  /** Whether a sealed value can be opened: not where the key that sealed it is lost. @throws SECRETS_UNAVAILABLE */
  opens(sealed: string, place: SealedPlace): boolean {
    try {
      this.unseal(sealed, place)
      return true
    } catch (error) {
      if (isGitferryError(error, 'SECRET_UNREADABLE')) return false
      throw error
    }
  }

  /** Whether a sealed value is under a key of before. @throws SECRETS_UNAVAILABLE */
  isStale(sealed: string): boolean {
    return this.#open().isStale(sealed)
  }

  /** Refuses early what would have to seal something. @throws SECRETS_UNAVAILABLE */
  require(): void {
    this.#open()
  }

  #open(): SecretBox {
    if (this.#box) return this.#box
    throw new GitferryError(
      'SECRETS_UNAVAILABLE',
      'Nothing secret can be stored: no secret key is configured. Give createGitferry a `secrets` option, or start the server with a secret key.',
    )
  }
}

const nameOf = ({ table, column, id }: SealedPlace): string => `${table}.${column}.${id}`
