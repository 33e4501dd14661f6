/** Commits as git fast-import reads them: each writes one file. */

interface Change {
  /** Full name. */
  readonly ref: string
  /** What the commit stands on; default: what the stream put on the ref before, else nothing. */
  readonly from?: string
  readonly file: string
  readonly content: string | Buffer
}

let commits = 0

/** One commit. Its bytes differ from those of every other, so that nothing is found to be there already. */
export function* commit({ ref, from, file, content }: Change): Iterable<string | Buffer> {
  commits += 1
  yield `commit ${ref}\ncommitter bench <bench@example.invalid> ${1_700_000_000 + commits} +0000\n`
  yield `data <<.\ncommit ${commits}\n.\n`
  if (from !== undefined) yield `from ${from}\n`
  const size = Buffer.byteLength(content)
  yield `M 100644 inline ${file}\ndata ${size}\n`
  yield content
  yield '\n'
}

/** So many commits on one branch, which work on 400 source files in 20 folders, some kilobytes each. */
export function* growingHistory(ref: string, count: number): Iterable<string | Buffer> {
  for (let index = 0; index < count; index += 1) {
    const file = (index * 7_919) % 400
    yield* commit({ ref, file: `part-${file % 20}/file-${file}.txt`, content: sourceText(file, index) })
  }
}

/** A text that is mostly what it was the last time, as source files are. */
function sourceText(file: number, revision: number): string {
  const lines = Array.from({ length: 80 }, (_, line) => {
    const changed = (line * 31 + file) % 80 === revision % 80 ? revision : file
    return `line ${line} of file ${file}: ${((line + 1) * (changed + 1) * 2_654_435_761) % 4_294_967_291}`
  })
  return `${lines.join('\n')}\n`
}
