import { createHash } from 'node:crypto'
import type { Canary } from './canary.ts'
import { findCanaries } from './search.ts'

interface Place {
  readonly name: string
  readonly content: string | Uint8Array
}

/** Everything that was seen, by the kind of place where it was seen. What was seen twice is kept once. */
export class Evidence {
  readonly #places = new Map<string, Map<string, Place>>()

  add(kind: string, name: string, content: string | Uint8Array): void {
    const places = this.#places.get(kind) ?? new Map<string, Place>()
    this.#places.set(kind, places)
    const digest = createHash('sha1').update(content).digest('hex')
    if (content.length > 0 && !places.has(digest)) places.set(digest, { name, content })
  }

  namesOf(kind: string): string[] {
    return this.#of(kind).map(({ name }) => name)
  }

  /** Where a text stands that fits a pattern. */
  matching(kind: string, pattern: RegExp): string[] {
    const matches = ({ content }: Place) => pattern.test(Buffer.from(content as string).toString('latin1'))
    return this.#of(kind)
      .filter(matches)
      .map(({ name }) => name)
  }

  /** Each secret that stands somewhere: which, where, and how it is written. */
  findings(kind: string, canaries: readonly Canary[]): string[] {
    const found = this.#of(kind).flatMap(({ name, content }) =>
      findCanaries(content, canaries).map(({ canary, writing }) => `${canary}, ${writing}, in ${name}`),
    )
    return [...new Set(found)]
  }

  #of(kind: string): Place[] {
    return [...(this.#places.get(kind)?.values() ?? [])]
  }
}
