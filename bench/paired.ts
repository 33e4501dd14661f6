/** One subject beside another, timed in turn so that a drift of the machine's speed meets both. */
export interface Paired {
  readonly name: string
  /** What the ratio is not to exceed. */
  readonly aim: number
  /** Makes both sides ready for one more measurement; not timed. */
  prepare(): Promise<void>
  subject(): Promise<void>
  /** The same work done by hand. */
  reference(): Promise<void>
}

export interface PairedResult {
  readonly name: string
  readonly aim: number
  readonly ratios: readonly number[]
  readonly subjectMs: readonly number[]
  readonly referenceMs: readonly number[]
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value below which a share of all values lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Measures `runs` pairs after a warm-up; which of the two goes first changes from pair to pair. */
export async function measure(
  pair: Paired,
  { runs, warmUp }: { readonly runs: number; readonly warmUp: number },
): Promise<PairedResult> {
  const subjectMs: number[] = []
  const referenceMs: number[] = []
  for (let index = -warmUp; index < runs; index += 1) {
    const times = { subject: 0, reference: 0 }
    for (const side of index % 2 === 0
      ? (['subject', 'reference'] as const)
      : (['reference', 'subject'] as const)) {
      await pair.prepare()
      times[side] = await timed(() => pair[side]())
    }
    if (index < 0) continue
    subjectMs.push(times.subject)
    referenceMs.push(times.reference)
  }
  const ratios = subjectMs.map((ms, index) => ms / referenceMs[index]!)
  return { name: pair.name, aim: pair.aim, ratios, subjectMs, referenceMs }
}

/** One line for a person: the ratio with its spread, the times behind it, and whether the aim was met. */
export function report({ name, aim, ratios, subjectMs, referenceMs }: PairedResult): string {
  const ratio = median(ratios)
  const spread = `${quantile(ratios, 0.1).toFixed(2)}–${quantile(ratios, 0.9).toFixed(2)}`
  const verdict = ratio <= aim ? 'met' : 'MISSED'
  return (
    `${name}: ${ratio.toFixed(2)} of git by hand (median of ${ratios.length} pairs, 10th–90th percentile ${spread}; ` +
    `gitferry ${median(subjectMs).toFixed(1)} ms, git ${median(referenceMs).toFixed(1)} ms); aim ≤ ${aim}: ${verdict}`
  )
}
