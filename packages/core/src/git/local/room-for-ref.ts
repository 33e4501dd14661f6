/**
 * The ref that leaves no room for `ref`, if there is one: git keeps refs like files in folders, and `a` cannot stand
 * beside `a/b`. Full names; that `ref` itself is there does not count.
 */
export function refInTheWay(ref: string, refs: Iterable<string>): string | undefined {
  for (const other of refs) {
    if (other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`)) return other
  }
  return undefined
}
