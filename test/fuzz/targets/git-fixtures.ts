import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GitCommand, GitOutput } from '../../../packages/core/src/git/command.ts'

const folder = fileURLToPath(new URL('../../../packages/core/test/git/fixtures', import.meta.url))

/** What real gits printed about pushes: to stdout and to stderr. */
export const printed = readdirSync(folder)
  .filter((name) => !name.endsWith('.stderr.txt'))
  .map((name) => ({
    stdout: readFileSync(join(folder, name), 'utf8'),
    stderr: readIfThere(join(folder, name.replace('.txt', '.stderr.txt'))),
  }))

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export const oid = '0123456789abcdef0123456789abcdef01234567'
export const otherOid = 'f'.repeat(40)
export const longOid = 'ab'.repeat(32)

/** What a command makes of what git printed. */
export const parsedBy =
  <Answer>(command: GitCommand<Answer>) =>
  (stdout: Buffer, rest: Partial<GitOutput> = {}): Answer =>
    command.parse({ stdout, stderr: '', exitCode: 0, ...rest } as GitOutput)
