import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fixedEnvironment } from '../environment.ts'
import { type GitSetting, settingsEnvironment, storeSettings, worktreeSettings } from '../settings.ts'
import { fileErrorCode } from './small-file.ts'

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What the launcher takes over from its own environment. None begins with GIT_: simple-git guards those. */
export const launcherVariables = {
  gitDir: 'GITFERRY_GIT_DIR',
  workTree: 'GITFERRY_WORK_TREE',
  settings: 'GITFERRY_GIT_SETTINGS',
} as const

/** Settings in the form of git's own `GIT_CONFIG_PARAMETERS`. */
export const settingsVariable = (settings: readonly GitSetting[]): string =>
  settings.map(([key, value]) => `${quote(key)}=${quote(value)}`).join(' ')

/** The shell script that starts git with the runner's environment and settings, and nothing of ours. */
export function launcherScript(git: string, home: string, profile: 'store' | 'worktree'): string {
  const environment = {
    ...fixedEnvironment(git, home),
    ...settingsEnvironment(profile === 'worktree' ? worktreeSettings : storeSettings),
    GIT_ALLOW_PROTOCOL: '',
  }
  const { gitDir, workTree, settings } = launcherVariables
  return [
    '#!/bin/sh',
    '# Written by gitferry, which starts git for simple-git through it.',
    'exec /usr/bin/env -i \\',
    ...Object.entries(environment).map(([name, value]) => `  ${name}=${quote(value)} \\`),
    `  GIT_CONFIG_PARAMETERS="$${settings}" \\`,
    `  ${quote(git)} --git-dir="$${gitDir}" \${${workTree}:+--work-tree="$${workTree}"} "$@"`,
    '',
  ].join('\n')
}

/**
 * Makes sure that the launcher is in `home` (0700) as it should be, and answers its path. May be called at any
 * time and by several callers at once.
 */
export async function ensureLauncher(
  git: string,
  home: string,
  profile: 'store' | 'worktree',
): Promise<string> {
  const path = join(home, `git-${profile}`)
  const script = launcherScript(git, home, profile)
  const present = await readFile(path, 'utf8').catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (present === script) return path
  const written = `${path}.${randomUUID()}`
  await writeFile(written, script, { mode: 0o700, flag: 'wx' })
  await rename(written, path)
  return path
}
