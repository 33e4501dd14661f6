/** The names that git would need as folders for `ref`: `refs/heads/a` for `refs/heads/a/b`. */
function* foldersOf(ref: string): Generator<string> {
  for (let end = ref.lastIndexOf('/'); end > 0; end = ref.lastIndexOf('/', end - 1)) yield ref.slice(0, end)
}

/**
 * Which of the refs that are there must go before the wanted ones can be made: git keeps refs like files in folders,
 * and `a` cannot stand beside `a/b`. Full names; in the order of `existing`. A wanted ref that is there already stands
 * in nobody's way unless another wanted one needs its place. Takes time in proportion to the number of names.
 */
export function refsInTheWay(wanted: Iterable<string>, existing: Iterable<string>): string[] {
  const names = new Set(wanted)
  const folders = new Set<string>()
  for (const name of names) for (const folder of foldersOf(name)) folders.add(folder)
  return [...existing].filter((name) => {
    if (folders.has(name)) return true
    for (const folder of foldersOf(name)) if (names.has(folder)) return true
    return false
  })
}
