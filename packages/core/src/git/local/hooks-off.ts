import type { GitRunner } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import { configuredHooks } from './commands/config-entries.ts'

/** Settings that turn configured hooks (`hook.<name>.…`) off, for one command. */
export function hooksOff(keys: readonly string[]): readonly GitSetting[] {
  const names = new Set(keys.flatMap((key) => /^hook\.(.*)\.[^.]+$/s.exec(key)?.[1] ?? []))
  return [...names].map((name) => [`hook.${name}.enabled`, 'false'])
}

/**
 * The settings under which a write in a user's repository runs none of its hooks: `core.hooksPath` does not reach
 * those that newer gits take from the config, so each is turned off by name.
 */
export async function withoutHooks(gitDir: string, runner: GitRunner): Promise<readonly GitSetting[]> {
  return hooksOff(await runner.run(configuredHooks(), { gitDir }))
}
