import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

/**
 * Which of these objects a repository has, and of what type; objects that it lacks are not in the answer.
 * @throws INVALID_INPUT when an oid is not a full one
 */
export const objectTypes = (oids: readonly string[]): GitCommand<Map<string, ObjectType>> => ({
  args: ['cat-file', '--batch-check', '--buffer'],
  stdin: oids.map((oid) => `${requireOid(oid)}\n`).join(''),
  parse({ stdout }) {
    const types = new Map<string, ObjectType>()
    for (const line of stdout.toString('latin1').split('\n')) {
      const match = /^([0-9a-f]+) (?:missing|(commit|tree|blob|tag) \d+)$/.exec(line)
      if (line !== '' && !match)
        throw new GitferryError('GIT_FAILED', 'git cat-file printed what cannot be read.')
      if (match?.[1] && match[2]) types.set(match[1], match[2] as ObjectType)
    }
    return types
  },
})
