import type { CallOptions } from '../contract/index.ts'

/**
 * Does the same for both at once. When one fails the other is given up; nothing of either is left when this settles.
 * @throws what failed first
 */
export async function sideBySide<Item, Result>(
  [left, right]: readonly [Item, Item],
  work: (item: Item, options: CallOptions) => Promise<Result>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<[Result, Result]> {
  const failed = new AbortController()
  const both = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const failures: unknown[] = []
  const attempt = (item: Item) =>
    work(item, { signal: both }).catch((error: unknown) => {
      failures.push(error)
      failed.abort()
      throw error
    })
  const [first, second] = await Promise.allSettled([attempt(left), attempt(right)])
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value]
  throw failures[0]
}
