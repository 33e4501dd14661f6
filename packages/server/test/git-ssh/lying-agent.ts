import { readFileSync } from 'node:fs'
import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import type { ClientKey } from './ssh-client.ts'

const read = (text: string): ParsedKey => {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

/** Shows one key, and signs with another. */
export class LyingAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #shown: ParsedKey
  readonly #signing: ParsedKey
  /** What was asked to be signed. */
  signed = 0

  constructor({ shown, signing }: { readonly shown: ClientKey; readonly signing: ClientKey }) {
    super()
    this.#shown = read(shown.line)
    this.#signing = read(readFileSync(signing.file, 'utf8'))
  }

  override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    callback(undefined, [this.#shown])
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    this.signed += 1
    const answer = callback ?? (options as SignCallback)
    answer(undefined, this.#signing.sign(data) as Buffer)
  }
}
