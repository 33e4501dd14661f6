import type { Dice } from './dice.ts'

const most = 40

/** Values that mean something to the server, by the field they stand in: given, and learnt from its answers. */
export class KnownValues {
  readonly #values = new Map<string, unknown[]>()

  constructor(given: Readonly<Record<string, readonly unknown[]>>) {
    for (const [field, values] of Object.entries(given)) this.#values.set(field, [...values])
  }

  /** One of them, first of those for the field of this owner (`CreateChannel.type`); `undefined`: there is none. */
  pick(owner: string, field: string, dice: Dice): unknown {
    const values = this.#values.get(`${owner}.${field}`) ?? this.#values.get(field)
    return values === undefined || values.length === 0 ? undefined : dice.oneOf(values)
  }

  /** Takes every value of an answer, under its field; ids under the collection that they belong to. */
  learn(answer: unknown, collection: string): void {
    if (typeof answer !== 'object' || answer === null) return
    for (const [field, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.learn(value, collection)
      else this.#add(field === 'id' ? idsOf(collection) : field, value)
    }
  }

  /** Lets go of the id of a record that was deleted. */
  forget(id: unknown, collection: string): void {
    const field = idsOf(collection)
    this.#values.set(
      field,
      (this.#values.get(field) ?? []).filter((known) => known !== id),
    )
  }

  #add(field: string, value: unknown): void {
    const values = this.#values.get(field) ?? []
    this.#values.set(field, values)
    if (values.includes(value)) return
    // what was made last is there most likely
    values.push(value)
    if (values.length > most) values.shift()
  }
}

/** The field under which the ids of a collection are known: `/api/v1/repos`. */
export const idsOf = (collection: string): string => `id of ${collection}`

/** `/api/v1/repos/{id}/tags` → `/api/v1/repos`. */
export const collectionOf = (path: string): string => path.replace(/\/(?:\{|create$|clone$|generate$).*$/, '')
