import type { Listening } from './node.ts'

type Closing = Pick<Listening, 'close'>

/** What listens, as one; `undefined` while nothing does. */
export function closeTogether(...listening: readonly (Closing | undefined)[]): Closing | undefined {
  const open = listening.filter((one) => one !== undefined)
  if (open.length === 0) return undefined
  return {
    async close(options) {
      await Promise.all(open.map((one) => one.close(options)))
    },
  }
}
