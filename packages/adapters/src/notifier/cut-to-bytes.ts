/**
 * The longest start of a text that takes at most `most` bytes as the inside of a JSON string, cut between code points
 * and marked with "…" where something is left out. Text that fits is answered as it is.
 */
export function cutToJsonBytes(text: string, most: number): string {
  if (jsonBytes(text) <= most) return text
  const room = most - jsonBytes('…')
  let taken = 0
  let kept = ''
  for (const point of text) {
    taken += jsonBytes(point)
    if (taken > room) break
    kept += point
  }
  return `${kept}…`
}

/** How many bytes a text takes inside of a JSON string. */
const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2
