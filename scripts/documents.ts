import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

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

/** A link from a document to a test. */
export interface TestLink {
  /** The document. */
  readonly file: string
  /** From the root of the repository. */
  readonly path: string
  /** The text of the link: the name of the test. */
  readonly name: string
}

/** A file whose cases are run by `npm test`: a test file, a part of an exported suite, or a table of planted traps. */
const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') ||
  /(?:^|\/)(?:testing\/(?:api\/.+-rules|queue\/cases\/.+)|planted-traps\/.+-traps)\.ts$/.test(path)

/** Every link of a document to a test. */
export function testLinks(file: string, text = readFileSync(file, 'utf8')): TestLink[] {
  return [...text.matchAll(/\[([^\]]+)\]\(([^)#:]+\.ts)\)/g)]
    .map((match) => ({ file, path: join(dirname(file), match[2]!), name: match[1]! }))
    .filter(({ path }) => isTest(path))
}

/** What is wrong with a link to a test: it must be there, and be called so. `undefined`: nothing. */
export function problemWithTestLink({ file, name, path }: TestLink): string | undefined {
  if (!existsSync(path)) return `${file}: there is no ${path}`
  const source = readFileSync(path, 'utf8')
  const isNamed = [`'${name}'`, `"${name}"`, `\`${name}\``].some((literal) => source.includes(literal))
  return isNamed ? undefined : `${file}: ${path} has no test "${name}"`
}

const numbered = (letter: string, count: number, digits = 2): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(digits, '0')}`)

/** Every row that docs/threats.md must have, once. */
export const threatIds: readonly string[] = [
  ...numbered('A', 15),
  ...numbered('B', 9),
  ...numbered('C', 16),
  ...numbered('D', 14),
  ...numbered('E', 11),
  ...numbered('F', 15),
  ...numbered('G', 18),
  ...numbered('H', 7),
  ...numbered('I', 7),
  ...numbered('J', 3),
  ...numbered('W', 27, 1),
  ...numbered('K', 18),
]

/**
 * What is wrong with the threat table: every id is there, once, and has a test, or is said not to be offered.
 */
export function problemsWithThreats(file: string, text = readFileSync(file, 'utf8')): string[] {
  const rows = text.split('\n').flatMap((line) => {
    const [, id] = /^\| ([A-Z]\d+) \|.*\|$/.exec(line) ?? []
    return id === undefined ? [] : [{ id, line }]
  })
  const known = new Set(threatIds)
  const counts = Map.groupBy(rows, ({ id }) => id)
  return [
    ...threatIds.filter((id) => !counts.has(id)).map((id) => `${file}: ${id} is missing`),
    ...[...counts].filter(([, { length }]) => length > 1).map(([id]) => `${file}: ${id} is there twice`),
    ...[...counts.keys()].filter((id) => !known.has(id)).map((id) => `${file}: ${id} is not on the list`),
    ...rows
      .filter(({ line }) => testLinks(file, line).length === 0 && !line.includes('*Not offered*'))
      .map(({ id }) => `${file}: ${id} has no test`),
  ]
}

/** Where the paths that ARCHITECTURE.md names begin. */
const sources = ['.', 'packages', 'packages/core/src', 'packages/core', 'packages/adapters/src']

/** Files that a text names in code and that are not there. `core/src/x.ts` and `git/x.ts` are looked for where they are. */
export function missingFiles(text: string): string[] {
  const named = [...text.matchAll(/`([\w-]+(?:\/[\w.-]+)+\.(?:ts|json))`/g)].map((match) => match[1]!)
  return named.filter((name) => !sources.some((folder) => existsSync(join(folder, name))))
}
