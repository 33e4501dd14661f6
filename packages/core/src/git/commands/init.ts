import type { GitCommand } from '../command.ts'

export interface InitInput {
  /** Absolute path of the folder to make. */
  readonly path: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** The branch that HEAD names, short. Default: `main`. */
  readonly initialBranch?: string | undefined
}

/** Makes an empty bare repository without hooks or templates. */
export const initBare = ({ path, objectFormat, initialBranch = 'main' }: InitInput): GitCommand<void> => ({
  args: [
    'init',
    '--quiet',
    '--bare',
    '--template=',
    `--object-format=${objectFormat}`,
    `--initial-branch=${initialBranch}`,
    '--end-of-options',
    path,
  ],
  parse() {},
})
