import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/** Which of some objects this repository has not, in one process however many are asked for. @throws GIT_FAILED */
export const missingObjects = (oids: readonly string[]): GitCommand<Set<string>> => ({
  args: ['cat-file', '--batch-check=%(objectname)'],
  stdin: oids.map((oid) => `${requireOid(oid)}\n`).join(''),
  exactOutput: true,
  parse({ stdout }) {
    const lines = stdout.toString('latin1').split('\n').slice(0, -1)
    if (lines.length !== oids.length) {
      throw new GitferryError('GIT_FAILED', 'git cat-file did not tell of every object.')
    }
    return new Set(lines.flatMap((line) => (line.endsWith(' missing') ? [line.slice(0, -8)] : [])))
  },
})
