import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'

/** Answers git's version, `2.39.5`. */
export const version = (): GitCommand<string> => ({
  args: ['--version'],
  parse({ stdout }) {
    const found = /^git version (\d+\.\d+(?:\.\d+)?)/.exec(stdout.toString('latin1'))?.[1]
    if (found === undefined) {
      throw new GitferryError('GIT_MISSING', 'The program named git does not answer as git does.')
    }
    return found
  },
})
