import { LineCounter, parseDocument, visit } from 'yaml'
import { usageError } from './usage-error.ts'

/**
 * Reads a configuration file: YAML, of which JSON is a part. An empty file sets nothing.
 * @throws INVALID_INPUT when it cannot be read, or holds no mapping; of what it holds, the message quotes nothing
 */
export function readConfigurationFile(path: string, readFile: (path: string) => string): object {
  let text: string
  try {
    text = readFile(path)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'cannot be read'
    throw usageError(path, `${reason}. --config names a YAML or JSON file`, cause)
  }
  const content = contentOf(path, text)
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content))
    throw usageError(path, 'must hold settings, not a list or a text')
  return content
}

/**
 * What yaml says may quote the file, which may hold secrets: an unquoted `*secret` is an alias to it, and `!secret` a
 * tag. Only the kind of a problem and its place are told.
 */
function contentOf(path: string, text: string): unknown {
  const lineCounter = new LineCounter()
  const placeOf = (offset = 0): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `at line ${line}, column ${col}`
  }
  // at its own level yaml prints warnings, with what they are about
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    const where = placeOf(problem.pos[0])
    const advice = wantQuotes.has(problem.code) ? `; ${quoted}` : ''
    throw usageError(path, `is neither YAML nor JSON: ${kindOf(problem.code)} ${where}${advice}`)
  }
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return
      throw usageError(path, `an alias names nothing ${placeOf(alias.range?.[0])}; ${quoted}`)
    },
  })
  try {
    return document.toJS()
  } catch {
    throw usageError(path, 'its aliases stand for too much')
  }
}

const quoted = 'a value that begins with * & ! @ % or ` must stand in quotes'

const wantQuotes: ReadonlySet<string> = new Set(['BAD_SCALAR_START', 'TAG_RESOLVE_FAILED'])

/** `DUPLICATE_KEY` → `duplicate key`. */
const kindOf = (code: string): string => code.toLowerCase().replaceAll('_', ' ')
