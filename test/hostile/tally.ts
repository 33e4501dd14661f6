import { corpus, type Vector } from './corpus.ts'

/** How many places, by the field of the vector. */
export type Pairs = Readonly<Record<string, number>>

/** Counts which vector was fed to how many places, so that none is passed over in silence. */
export class Tally {
  readonly #places = new Map<string, Set<string>>()

  /** Notes that these vectors were fed to a place, by HTTP and in process. */
  note(place: string, vectors: readonly Vector[]): void {
    for (const { id } of vectors) {
      const known = this.#places.get(id) ?? new Set()
      this.#places.set(id, known.add(place))
    }
  }

  /** Ids of vectors that no place was fed with. */
  unfed(): string[] {
    return corpus.map(({ id }) => id).filter((id) => !this.#places.has(id))
  }

  /** Pairs of a vector and a place, by the field of the vector. */
  pairs(): Pairs {
    const counts: Record<string, number> = {}
    for (const { field, id } of corpus) {
      counts[field] = (counts[field] ?? 0) + (this.#places.get(id)?.size ?? 0)
    }
    return counts
  }
}
