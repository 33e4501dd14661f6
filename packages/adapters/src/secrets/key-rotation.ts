import * as nodeFs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SecretBox } from '@gitferry/core/ports'
import { type AesGcmSecretsOptions, aesGcmSecrets, type GivenKey } from './aes-gcm.ts'
import {
  draftEnd,
  nextKeyFile,
  readKeyFile,
  readOrMakeKeyFile,
  resolveKeyFile,
  unavailable,
  whileUsing,
} from './key-file.ts'
import { type KeyFileSystem, syncFolder, unlessCode, writeWhole } from './key-file-system.ts'
import { readSecretKey, type SecretKey } from './secret-key.ts'

/** One secret key taking the place of another, for `rotateSecrets` of `@gitferry/core`. */
export interface KeyRotation {
  /** Opens what any of the keys sealed; seals under the one of before until `begin`, under the new one from then on. */
  readonly secrets: SecretBox
  /** Makes the new key, on the disk, or takes up the one of a rotation that was cut off. May be called twice. */
  begin(): Promise<void>
  /**
   * Puts the new key in the place of the one before, which stays beside it, for backups. To be called once nothing is
   * sealed with the latter. A crash in between leaves a rotation that was cut off.
   * @throws SECRETS_UNAVAILABLE
   */
  finish(): Promise<void>
  /** What tells the keys apart, and nothing of them; known once it has begun. */
  keyIds(): { readonly from: readonly string[]; readonly to: string }
  /** The file of the key of before, once it has finished; `undefined` when there is none, because keys were given. */
  readonly retired: string | undefined
}

/**
 * Rotates the key of a file: a new one is made beside it (`<file>.next`), and takes its place in the end, when the former
 * becomes `<file>.retired-<id>`. With `oldKeys`, or a `key`, the new key is there already: no file is touched then, unless
 * the rotation of the file was cut off. `fs` is for tests.
 * @throws INVALID_INPUT naming the option
 */
export function aesGcmKeyRotation(options: AesGcmSecretsOptions, fs: KeyFileSystem = nodeFs): KeyRotation {
  // refuses what it cannot use
  const given = aesGcmSecrets(options)
  const { key, keyFile, oldKeys = [] } = options
  const old = oldKeys.map((one) => readSecretKey(one)!)
  return new AesGcmKeyRotation({ given, key, keyFile, old }, fs)
}

interface Given {
  /** What the options make without a rotation. */
  readonly given: SecretBox
  readonly key: GivenKey | undefined
  readonly keyFile: string | undefined
  readonly old: readonly SecretKey[]
}

const bytesOf = ({ key }: SecretKey): Uint8Array => key.export()

const boxOf = (key: SecretKey, oldKeys: readonly SecretKey[]): SecretBox =>
  aesGcmSecrets({ key: bytesOf(key), oldKeys: oldKeys.map(bytesOf) })

class AesGcmKeyRotation implements KeyRotation {
  readonly secrets: SecretBox
  readonly #given: Given
  readonly #fs: KeyFileSystem
  #box: SecretBox
  #path = ''
  /** The key in the file; `undefined` when none is. */
  #former: SecretKey | undefined
  #next: SecretKey | undefined
  /** Whether the file is to have another key. */
  #replaces = false
  retired: string | undefined

  constructor(given: Given, fs: KeyFileSystem) {
    this.#given = given
    this.#fs = fs
    this.#box = given.given
    this.secrets = {
      name: given.given.name,
      open: () => this.#open(),
      seal: (secret, associated) => this.#box.seal(secret, associated),
      unseal: (sealed, associated) => this.#box.unseal(sealed, associated),
      isStale: (sealed) => this.#box.isStale(sealed),
    }
  }

  async begin(): Promise<void> {
    if (!this.#replaces || this.#next !== undefined) return
    const path = nextKeyFile(this.#path)
    this.#use(await whileUsing(path, () => readOrMakeKeyFile(path, this.#fs)))
  }

  async finish(): Promise<void> {
    if (this.#replaces) await whileUsing(this.#path, () => this.#replace())
  }

  keyIds() {
    const before = this.#former === undefined ? this.#given.old : [this.#former, ...this.#given.old]
    return { from: before.map(({ id }) => id), to: this.#next!.id }
  }

  async #open(): Promise<void> {
    const { given, key, keyFile, old } = this.#given
    if (keyFile === undefined) {
      this.#next = readSecretKey(key!)
      return given.open()
    }
    await whileUsing(keyFile, async () => {
      this.#path = await resolveKeyFile(keyFile, this.#fs)
      const next = await readKeyFile(nextKeyFile(this.#path), this.#fs)
      const current = await readKeyFile(this.#path, this.#fs)
      this.#replaces = next !== undefined || old.length === 0
      if (!this.#replaces) return this.#take(current ?? (await readOrMakeKeyFile(this.#path, this.#fs)), old)
      this.#former = current
      if (next !== undefined) this.#use(next)
      else if (current !== undefined) this.#box = boxOf(current, old)
      else throw nothingToRotate(keyFile)
    })
  }

  #use(next: SecretKey): void {
    this.#take(next, this.#former === undefined ? this.#given.old : [this.#former, ...this.#given.old])
  }

  #take(next: SecretKey, before: readonly SecretKey[]): void {
    this.#next = next
    this.#box = boxOf(next, before)
  }

  async #replace(): Promise<void> {
    const fs = this.#fs
    const next = nextKeyFile(this.#path)
    if ((await readKeyFile(next, fs))?.id !== this.#next?.id) {
      throw unavailable(
        `The file ${next} does not hold the key any more under which the secrets are now. Put it back.`,
      )
    }
    const folder = dirname(this.#path)
    await this.#sweep(next)
    if (this.#former !== undefined) {
      const retired = `${this.#path}.retired-${this.#former.id}`
      await this.#keep(this.#former, retired)
      this.retired = retired
      // before the only other copy goes
      await syncFolder(folder, fs)
    }
    await fs.rename(next, this.#path)
    await syncFolder(folder, fs)
  }

  /** Removes what was to become the next key file when a rotation was cut off. */
  async #sweep(next: string): Promise<void> {
    for (const name of await this.#fs.readdir(dirname(next))) {
      const isDraft = name.startsWith(`${basename(next)}.`) && name.endsWith(draftEnd)
      if (isDraft) await unlessCode('ENOENT', this.#fs.unlink(join(dirname(next), name)))
    }
  }

  /** Whatever a rotation that was cut off left there holds the same key, or half of it. */
  async #keep(key: SecretKey, path: string): Promise<void> {
    const draft = `${path}${draftEnd}`
    await unlessCode('ENOENT', this.#fs.unlink(draft))
    await writeWhole(draft, `${Buffer.from(bytesOf(key)).toString('base64')}\n`, this.#fs)
    await this.#fs.rename(draft, path)
  }
}

const nothingToRotate = (path: string) =>
  unavailable(
    `There is no secret key file ${path}, so that there is nothing to rotate. Name the right one, or put it back.`,
  )
