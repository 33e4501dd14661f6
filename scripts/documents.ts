import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A fenced block of TypeScript in a document. */
export interface CodeBlock {
  readonly file: string
  readonly line: number
  /** The word after `ts`; names a block that is also run. */
  readonly name: string | undefined
  readonly code: string
}

const skipped = new Set(['node_modules', 'dist', '.git', 'data'])

export function documents(folder = '.'): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return documents(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Every ```ts block of a document. */
export function codeBlocks(file: string, text = readFileSync(file, 'utf8')): CodeBlock[] {
  return [...text.matchAll(/^```ts(?: +(\w+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length + 1,
    name: match[1],
    code: match[2]!,
  }))
}
