import type { GitCommand } from '../command.ts'

export interface InitInput {
  /** Absolute path of the folder to make. */
  readonly path: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** The branch that HEAD names, short. Default: `main`. */
  readonly initialBranch?: string | undefined
}

/** Makes an empty repository with a worktree, without hooks or templates; git tries out what the file system can do. */
export const initWorktree = (input: InitInput): GitCommand<void> => {
  const { args, ...command } = initBare(input)
  return { ...command, args: args.filter((argument) => argument !== '--bare'), profile: 'worktree' }
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
