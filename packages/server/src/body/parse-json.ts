const maxDepth = 100

/** Names through which a careless merge would reach the prototype of every object. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/** Strings (with the colon, where one is a key) and brackets: all that nesting and keys depend on. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{}]/g

function problemWithStructure(json: string): string | undefined {
  // one entry for each open bracket: the keys of an object, undefined for an array
  const open: (Set<string> | undefined)[] = []
  for (const [piece, colon] of json.matchAll(token)) {
    if (piece === '{' || piece === '[') {
      open.push(piece === '{' ? new Set() : undefined)
      if (open.length > maxDepth) return `must not nest deeper than ${maxDepth} levels`
    } else if (piece === '}' || piece === ']') {
      open.pop()
    } else if (colon !== undefined) {
      const key = JSON.parse(piece.slice(0, -colon.length)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return 'must not hold a field twice'
      keys?.add(key)
    }
  }
  return undefined
}

export type ParsedJson =
  | { readonly value: Record<string, unknown> }
  /** What is wrong, to stand behind “body:”. */
  | { readonly problem: string }

/**
 * Reads the JSON text of one object, strictly: no byte order mark, no field given twice, at most 100 levels deep,
 * and no field through which a prototype could be reached; such fields are left out.
 */
export function parseJson(text: string): ParsedJson {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { problem: 'must be valid JSON' }
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { problem: 'must be a JSON object' }
  }
  const problem = problemWithStructure(text)
  if (problem !== undefined) return { problem }
  const value = JSON.parse(text, (key, inner: unknown) => (forbidden.has(key) ? undefined : inner))
  return { value: value as Record<string, unknown> }
}
