import type { CallOptions } from '../contract/index.ts'

/**
 * Does the same for each of many, at most `lanes` at a time. When one fails, those under way are given up and the
 * rest is not begun; nothing is left when this settles.
 * @throws what failed first
 */
export async function inLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  work: (item: Item, options: CallOptions) => Promise<void>,
  { signal }: CallOptions = {},
): Promise<void> {
  const failed = new AbortController()
  const all = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const failures: unknown[] = []
  // shared: each lane takes the next that nobody has taken
  const waiting = items[Symbol.iterator]()
  const lane = async (): Promise<void> => {
    while (failures.length === 0) {
      const next = waiting.next()
      if (next.done) return
      try {
        await work(next.value, { signal: all })
      } catch (error) {
        failures.push(error)
        failed.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failures.length > 0) throw failures[0]
}
