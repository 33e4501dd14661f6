/** Prints the demo: headings, indented facts, and each claim with what became of it. */
export class Story {
  readonly #color: boolean
  #checks = 0
  readonly #failed: string[] = []

  constructor({ color }: { readonly color: boolean }) {
    this.#color = color
  }

  chapter(title: string): void {
    console.log(`\n${this.#paint('1', title)}`)
  }

  say(text: string): void {
    for (const line of text.split('\n')) console.log(`  ${line}`)
  }

  quote(text: string): void {
    for (const line of text.split('\n')) console.log(this.#paint('2', `  │ ${line}`))
  }

  /** A claim, and whether it holds. */
  check(claim: string, holds: boolean): void {
    this.#checks += 1
    if (!holds) this.#failed.push(claim)
    console.log(`  ${holds ? this.#paint('32', '✓') : this.#paint('31', '✗')} ${claim}`)
  }

  /** The last lines; answers whether every claim held. */
  end(seconds: number): boolean {
    const failed = this.#failed.length
    console.log(
      `\n${this.#checks - failed} of ${this.#checks} claims hold, each checked from outside; ${seconds.toFixed(1)} s.`,
    )
    for (const claim of this.#failed) console.log(`  does not hold: ${claim}`)
    return failed === 0
  }

  #paint(code: string, text: string): string {
    return this.#color ? `\u001b[${code}m${text}\u001b[0m` : text
  }
}
