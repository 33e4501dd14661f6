/** How deep a JSON text nests, and whether an object names a key twice: read character by character. Takes valid JSON. */
function structureOf(text: string): { readonly depth: number; readonly isRepeated: boolean } {
  const open: (Set<string> | null)[] = []
  let depth = 0
  let isRepeated = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null)
      depth = Math.max(depth, open.length)
    } else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const start = at
      for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1
      let next = at + 1
      while (' \t\r\n'.includes(text[next] ?? 'x')) next += 1
      if (text[next] !== ':') continue
      const key = JSON.parse(text.slice(start, at + 1)) as string
      isRepeated ||= open.at(-1)?.has(key) === true
      open.at(-1)?.add(key)
    }
  }
  return { depth, isRepeated }
}

export const depthOf = (text: string): number => structureOf(text).depth
export const hasRepeatedKey = (text: string): boolean => structureOf(text).isRepeated
