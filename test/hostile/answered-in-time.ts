/** In ms: far above what any load of the machine makes of an answer, far below what a search gone wild takes. */
const longest = 10_000

/** Asks, and throws when the answer took too long, whatever it says. */
export async function answeredInTime<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const begun = performance.now()
  const answer = await ask()
  const took = performance.now() - begun
  if (took > longest) throw new Error(`the answer took ${Math.round(took)} ms`)
  return answer
}
