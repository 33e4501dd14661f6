/** Sums what `countLines` prints, as it comes: `<commit>:<path>` NUL `<lines>` LF for each file. */
export class LineCountReader {
  #isName = true
  #count = 0
  #sum = 0

  /** Lines so far. */
  get sum(): number {
    return this.#sum
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#isName) {
        const end = chunk.indexOf(0, at)
        if (end === -1) return
        at = end
        this.#isName = false
        this.#count = 0
      } else if (chunk[at] === 0x0a) {
        this.#sum += this.#count
        this.#isName = true
      } else this.#count = this.#count * 10 + digit(chunk[at]!)
    }
  }
}

function digit(byte: number): number {
  if (byte < 0x30 || byte > 0x39) throw new Error('a digit was expected')
  return byte - 0x30
}
