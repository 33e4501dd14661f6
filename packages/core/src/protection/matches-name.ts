/**
 * Whether a name matches a pattern, in which `*` stands for any characters, slashes too, and nothing else has a meaning.
 * Pure, and never slow: each part is looked for once, from left to right.
 */
export function matchesName(name: string, pattern: string): boolean {
  const [head = '', ...parts] = pattern.split('*')
  const tail = parts.pop()
  if (tail === undefined) return name === pattern
  if (!name.startsWith(head)) return false
  let from = head.length
  for (const part of parts) {
    const at = name.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return name.length - from >= tail.length && name.endsWith(tail)
}
