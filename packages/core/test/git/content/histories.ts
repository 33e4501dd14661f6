import fc from 'fast-check'

/** A tree that git fast-import is told of: path → mode and content; what lies in a folder has the folder in its path. */
type Files = ReadonlyMap<string, { readonly mode: string; readonly content: string }>

interface HistoryOptions {
  readonly seed: number
  readonly commits: number
  /** Whether clocks may go wrong: then a commit may be dated long before its parents. */
  readonly isSkewed: boolean
}

const names = [
  'a',
  'b',
  'c d',
  'e"f',
  'd',
  'ü',
  '🎉',
  'd/x',
  'd/y',
  'd/s/deep',
  'd/s/other',
  'a/file',
  '-dash',
  ':(x)',
]
const modes = ['100644', '100755', '120000', '160000']
/** Of a submodule: any name of a commit. */
const submodule = (content: string): string => content.repeat(40).slice(0, 40)

/**
 * A random history as git fast-import reads it: branches, merges of two and of three, merges that are like one side,
 * like none or like something new, several roots, reverts, files that become folders, links and submodules, and back.
 * It ends at `ref`.
 */
export function randomHistory(ref: string, { seed, commits, isSkewed }: HistoryOptions): string {
  const random = fc.sample(fc.infiniteStream(fc.nat()), { seed, numRuns: 1 })[0]!
  const below = (limit: number): number => random.next().value! % limit
  const lines: string[] = []
  const trees: Files[] = []
  const base = seed * 1_000
  for (let index = 0; index < commits; index += 1) {
    const isRoot = index === 0 || below(12) === 0
    const isLast = index === commits - 1
    const parentCount = isRoot && !isLast ? 0 : [1, 1, 1, 2, 2, 3][below(6)]!
    const parents = new Set<number>()
    for (let count = 0; count < parentCount; count += 1) parents.add(Math.max(0, index - 1 - below(6)))
    if (isLast) parents.add(index - 1)
    const known = [...parents].filter((parent) => parent < index)
    const files = new Map(trees[known[below(Math.max(1, known.length))] ?? -1] ?? [])
    // what another parent has comes with a merge, most of the time
    for (const parent of known) {
      if (below(3) > 0) for (const [path, file] of trees[parent]!) if (below(2) > 0) put(files, path, file)
    }
    for (let change = below(3); change > 0 || files.size === 0; change -= 1) {
      const path = names[below(names.length)]!
      if (below(5) === 0) files.delete(path)
      else put(files, path, { mode: modes[below(9)] ?? '100644', content: String(below(4)) })
    }
    trees.push(files)
    const time = 1_600_000_000 + (isSkewed ? below(100_000) : index * 60 + below(60))
    lines.push(
      `commit ${ref}\nmark :${base + index + 1}\ncommitter c <c@example.com> ${time} +0000\n`,
      `data <<.\n${below(9) === 0 ? `${'0'.repeat(40)} (from ${'1'.repeat(40)})\n\nM` : index}\n.\n`,
    )
    if (known[0] !== undefined) lines.push(`from :${base + known[0] + 1}\n`)
    else lines.push(`from ${'0'.repeat(40)}\n`)
    for (const parent of known.slice(1)) lines.push(`merge :${base + parent + 1}\n`)
    lines.push('deleteall\n')
    for (const [path, { mode, content }] of files) {
      const quoted = JSON.stringify(path)
      if (mode === '160000') lines.push(`M 160000 ${submodule(content)} ${quoted}\n`)
      else lines.push(`M ${mode} inline ${quoted}\ndata ${content.length}\n${content}\n`)
    }
    lines.push('\n')
  }
  return lines.join('')
}

/** Puts a file in its place; what stood where it needs a folder, or a folder at its place, goes. */
function put(
  files: Map<string, { mode: string; content: string }>,
  path: string,
  file: { mode: string; content: string },
) {
  for (const other of [...files.keys()]) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other)
  }
  files.set(path, file)
}
