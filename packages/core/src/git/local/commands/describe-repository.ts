import { GitferryError } from '../../../errors/index.ts'
import type { GitCommand } from '../../command.ts'

export interface RepositoryDescription {
  readonly objectFormat: 'sha1' | 'sha256'
  /** As `core.bare` says. */
  readonly isBare: boolean
}

/** Asks git what kind of repository `--git-dir` is. Fails where git cannot open it; executes nothing in it. */
export const describeRepository = (): GitCommand<RepositoryDescription> => ({
  args: ['rev-parse', '--show-object-format', '--is-bare-repository'],
  parse({ stdout }) {
    const [objectFormat, isBare] = stdout.toString('latin1').split('\n')
    if (objectFormat !== 'sha1' && objectFormat !== 'sha256') {
      throw new GitferryError('UNSUPPORTED', `The object format ${objectFormat} is not supported.`)
    }
    return { objectFormat, isBare: isBare === 'true' }
  },
})
