import { parse } from 'yaml'
import { usageError } from './usage-error.ts'

/**
 * Reads a configuration file: YAML, of which JSON is a part. An empty file sets nothing.
 * @throws INVALID_INPUT when it cannot be read, or holds no mapping
 */
export function readConfigurationFile(path: string, readFile: (path: string) => string): object {
  let text: string
  try {
    text = readFile(path)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'cannot be read'
    throw usageError(path, `${reason}. --config names a YAML or JSON file`, cause)
  }
  let content: unknown
  try {
    content = parse(text)
  } catch (cause) {
    // the first line says where and what; the rest quotes the file, which may hold secrets
    const [problem = ''] = (cause as Error).message.split('\n')
    throw usageError(path, `is neither YAML nor JSON: ${problem}`)
  }
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content))
    throw usageError(path, 'must hold settings, not a list or a text')
  return content
}
