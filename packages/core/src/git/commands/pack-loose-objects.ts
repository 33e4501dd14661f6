import type { GitCommand } from '../command.ts'

/** Puts loose objects into packs and removes the loose ones that are in packs already (git-maintenance(1)). */
export const packLooseObjects = (): GitCommand<void> => ({
  args: ['maintenance', 'run', '--quiet', '--task=loose-objects'],
  parse() {},
})
