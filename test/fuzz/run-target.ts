import fc from 'fast-check'
import { Hang, withinDeadline } from './deadline.ts'
import type { AnyFuzzTarget, FuzzTarget, Verdict } from './fuzz-target.ts'

/** How much a target is given, and with which seed. */
export interface FuzzRun {
  readonly cases: number
  readonly seed: number
  /** A case that is not done by then hangs, in ms. Default 10,000: none takes more than some milliseconds. */
  readonly hangsAfterMs?: number
}

/** How often each verdict came up. */
export type Census = Readonly<Record<Verdict, number>>

type Target = FuzzTarget<unknown, unknown>

/**
 * Feeds a target, and answers how often each verdict came up.
 * @throws the defect, with the seed and the shrunk input
 */
export const runTarget = (target: AnyFuzzTarget, run: FuzzRun): Promise<Census> =>
  feedAll(target as unknown as Target, run)

/** Whether the target tells this parser from one that keeps its promises. */
export async function catches(given: AnyFuzzTarget, defect: string, run: FuzzRun): Promise<boolean> {
  const target = given as unknown as Target
  const broken = { ...target, parser: target.broken[defect] }
  // what it is caught with need not be small
  return feedAll(broken, run, { endOnFailure: true }).then(
    () => false,
    () => true,
  )
}

async function feedAll(
  target: Target,
  { cases, seed, hangsAfterMs = 10_000 }: FuzzRun,
  options: fc.Parameters<[unknown]> = {},
): Promise<Census> {
  const census = { accepted: 0, refused: 0 }
  const accepted: unknown[] = []
  const feed = async (input: unknown): Promise<void> => {
    const what = () => `${target.name}: ${String(JSON.stringify(input)).slice(0, 200)}`
    const verdict = await withinDeadline(() => target.check(target.parser, input), { ms: hangsAfterMs, what })
    census[verdict] += 1
    if (verdict === 'accepted' && target.weigh !== undefined) accepted.push(input)
  }
  const numRuns = Math.max(20, Math.round(cases * (target.share ?? 1)))
  await fc.assert(fc.asyncProperty(target.inputs, untilItHangs(feed)), { ...options, numRuns, seed })
  await target.weigh?.(accepted)
  for (const input of target.long?.() ?? []) await feed(input)
  return census
}

/** A case that hangs is not made smaller: every try would hang as long. */
function untilItHangs(feed: (input: unknown) => Promise<void>): (input: unknown) => Promise<void> {
  let hasHung = false
  return async (input) => {
    if (hasHung) return
    try {
      await feed(input)
    } catch (error) {
      hasHung = error instanceof Hang
      throw error
    }
  }
}
