import type { KeyObject } from 'node:crypto'
import type { AuditEntryRow, AuditProblem, AuditVerification } from '../contract/index.ts'
import { type ChainHead, chainStart, isAuthentic } from './chain-hash.ts'

/** How many problems a verification names; a chain that is broken everywhere is not told entry by entry. */
export const maxProblems = 100

/** What was met since the last entry that holds: not what was sealed there, or places without an entry. */
type Suspect =
  | { readonly is: 'entry'; readonly seq: number; readonly entry_id: number }
  | { readonly is: 'gap'; readonly from: number; readonly to: number }

/**
 * Checks a chain entry by entry, in constant memory. No entry is trusted for standing beside another: each must carry
 * the hash that only the key can make for it at its place, and must follow the one before. What lies between two entries
 * that hold tells what was done: where the second still follows the first, nothing that was sealed is missing.
 */
export class ChainCheck {
  readonly #key: KeyObject
  readonly #checkpoint: ChainHead | undefined
  readonly #problems: AuditProblem[]
  #suspects: Suspect[] = []
  /** The last entry that holds, at the place where it was sealed. */
  #last = chainStart
  /** The last place that was met. */
  #seq = 0
  /** By how many places entries stand away from where they were sealed: somebody renumbered them. */
  #moved = 0
  /** A removal that may turn out to be one half of a swap. */
  #removal: { readonly at: number; readonly seq: number; readonly found: number } | undefined
  #sealed = 0
  #newestId = 0

  /**
   * @param options.checkpoint where the chain must reach at least; unset: nothing is known of its end
   * @param options.problems what was found already. Default none
   */
  constructor(options: {
    readonly key: KeyObject
    readonly checkpoint: ChainHead | undefined
    readonly problems?: readonly AuditProblem[]
  }) {
    this.#key = options.key
    this.#checkpoint = options.checkpoint
    this.#problems = [...(options.problems ?? [])]
  }

  /** The id of the newest entry that holds: no older one may be unsealed. */
  get newestId(): number {
    return this.#newestId
  }

  /** The next entry, in the order of `seq`. */
  add(entry: AuditEntryRow & { readonly seq: number }): void {
    const { id, seq } = entry
    this.#meet(seq)
    const sealedAt = this.#placeOf(entry)
    if (seq < 1) {
      this.#report('inserted', seq, id, `Entry ${id} stands at place ${seq}, before the first.`)
    } else if (sealedAt === undefined) {
      this.#suspect({ is: 'entry', seq, entry_id: id })
    } else if (sealedAt <= this.#last.seq) {
      this.#swapped(entry, sealedAt)
    } else {
      this.#link(entry, sealedAt)
    }
  }

  /** In place of the next entry: one that the storage cannot read. */
  addUnreadable({ seq, id }: { readonly seq: number; readonly id: number }): void {
    this.#meet(seq)
    this.#suspect({ is: 'entry', seq, entry_id: id })
  }

  /** After the last entry: one that is not sealed, although a newer one is. */
  addOutside({ id }: { readonly id: number }): void {
    const message = `Entry ${id} is not sealed although newer ones are: it was taken out of the chain, or put in beside it.`
    this.#reportUnsealed(id, message)
  }

  /** After the last entry: one that waits to be sealed and is not what was written. */
  addForeign({ id }: { readonly id: number }): void {
    const message = `Entry ${id} is not what gitferry wrote: it was put in, or changed before it was sealed, or written without the secret key.`
    this.#reportUnsealed(id, message)
  }

  /** After the last entry: compares the end of the chain with the checkpoint. */
  end(): void {
    const due = this.#checkpoint?.seq ?? this.#seq
    const suspects = this.#suspects
    this.#suspects = []
    const lastDue = suspects.findLastIndex((one) => one.is === 'entry' && one.seq <= due)
    for (const [index, suspect] of suspects.entries()) {
      if (suspect.is === 'gap' && index < lastDue) this.#removed(suspect.from, suspect.to)
      else if (suspect.is === 'gap') this.#cutOff(suspect.from, Math.min(suspect.to, due))
      else if (index <= lastDue) this.#changed(suspect)
      else this.#inserted(suspect)
    }
    this.#cutOff(Math.max(this.#seq, this.#last.seq) + 1, due)
  }

  /** What was found. Called once everything was added. */
  result({ unsealed }: { readonly unsealed: number }): AuditVerification {
    return {
      valid: this.#problems.length === 0,
      sealed: this.#sealed,
      unsealed,
      head_seq: this.#last.seq === 0 ? null : this.#last.seq,
      problems: this.#problems,
    }
  }

  #meet(seq: number): void {
    this.#sealed += 1
    if (seq > this.#seq + 1) this.#suspect({ is: 'gap', from: this.#seq + 1, to: seq - 1 })
    this.#seq = Math.max(this.#seq, seq)
  }

  /** Where an entry was sealed: its own place, or one beside it. */
  #placeOf(entry: AuditEntryRow & { readonly seq: number }): number | undefined {
    if (isAuthentic(this.#key, entry)) return entry.seq
    if (this.#full) return undefined
    return [entry.seq - 1, entry.seq + 1].find((seq) => isAuthentic(this.#key, entry, seq))
  }

  /** An entry that holds: it tells what lies between it and the one before. */
  #link({ id, seq, prev_hash, hash }: AuditEntryRow & { readonly seq: number }, sealedAt: number): void {
    const follows = prev_hash === this.#last.hash
    const suspects = this.#suspects
    this.#suspects = []
    this.#removal = undefined
    for (const suspect of suspects) {
      if (suspect.is === 'gap') {
        // places that the sealer passed over, because somebody had taken them, hold nothing
        if (!follows) this.#removed(suspect.from, suspect.to)
      } else if (follows) this.#inserted(suspect)
      else this.#changed(suspect)
    }
    const moved = sealedAt - seq
    if (!follows && suspects.length === 0) {
      if (sealedAt > this.#last.seq + 1) {
        this.#removal = { at: this.#problems.length, seq: this.#last.seq + 1, found: id }
        this.#removed(this.#last.seq + 1, sealedAt - 1)
      } else
        this.#report('changed', seq, id, `Entry ${id} at place ${seq} does not follow the one before it.`)
    } else if (follows && moved !== 0 && moved !== this.#moved && suspects.every(({ is }) => is === 'gap')) {
      this.#report('changed', seq, id, movedMessage(id, seq, sealedAt))
    }
    if (sealedAt === this.#checkpoint?.seq && hash !== this.#checkpoint.hash) {
      this.#report(
        'changed',
        seq,
        id,
        `Entry ${id} at place ${seq} is not the one that the checkpoint names.`,
      )
    }
    this.#moved = moved
    this.#last = { seq: sealedAt, hash: hash! }
    this.#newestId = Math.max(this.#newestId, id)
  }

  /** An entry that comes after one that was sealed later. */
  #swapped({ id, seq }: AuditEntryRow & { readonly seq: number }, sealedAt: number): void {
    if (this.#removal?.seq === sealedAt && this.#removal.at < this.#problems.length) {
      const { at, found } = this.#removal
      const message = movedMessage(found, sealedAt, seq)
      this.#problems[at] = { kind: 'changed', seq: sealedAt, entry_id: found, message }
    }
    this.#removal = undefined
    this.#report('changed', seq, id, movedMessage(id, seq, sealedAt))
  }

  #suspect(suspect: Suspect): void {
    // more than can be reported need not be remembered
    if (this.#suspects.length + this.#problems.length < maxProblems) this.#suspects.push(suspect)
  }

  #changed({ seq, entry_id }: { readonly seq: number; readonly entry_id: number }): void {
    this.#report('changed', seq, entry_id, `Entry ${entry_id} at place ${seq} is not what was sealed there.`)
  }

  #inserted({ seq, entry_id }: { readonly seq: number; readonly entry_id: number }): void {
    this.#report('inserted', seq, entry_id, `Entry ${entry_id} at place ${seq} was never sealed.`)
  }

  #removed(from: number, to: number): void {
    this.#report('removed', from, null, `${placesOf(from, to)} gone.`)
  }

  #cutOff(from: number, to: number): void {
    if (from > to) return
    this.#report(
      'cut_off',
      from,
      null,
      `${placesOf(from, to)} gone: the newest that the checkpoint knows of.`,
    )
  }

  #reportUnsealed(id: number, message: string): void {
    const removed = this.#problems.some(({ kind }) => kind === 'removed' || kind === 'cut_off')
    this.#report(removed ? 'changed' : 'inserted', null, id, message)
  }

  #report(kind: AuditProblem['kind'], seq: number | null, entry_id: number | null, message: string): void {
    if (!this.#full) this.#problems.push({ kind, seq, entry_id, message })
  }

  get #full(): boolean {
    return this.#problems.length >= maxProblems
  }
}

const placesOf = (from: number, to: number): string =>
  from === to ? `The entry at place ${from} is` : `The entries at the places ${from} to ${to} are`

const movedMessage = (id: number, seq: number, sealedAt: number): string =>
  `Entry ${id} stands at place ${seq} and was sealed at place ${sealedAt}.`
