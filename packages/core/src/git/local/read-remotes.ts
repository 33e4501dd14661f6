import { join } from 'node:path'
import type { GitRunner } from '../command.ts'
import { type ConfigEntry, remoteUrls } from './commands/config-entries.ts'

/** A remote as the config has it: not checked, and with whatever secret its URL holds. */
export interface ConfiguredRemote {
  readonly name: string
  readonly fetch_url: string
  readonly push_url: string
}

/**
 * Sorts the URLs of a config by remote. As in git, the first URL is fetched from, the first `pushurl` (else the
 * same URL) is pushed to, an empty value forgets those before it, and a remote without a URL is its own name.
 */
export function remotesOf(entries: readonly ConfigEntry[]): readonly ConfiguredRemote[] {
  const remotes = new Map<string, { url: string[]; pushurl: string[] }>()
  for (const { key, value } of entries) {
    const [, name, variable] = /^remote\.(.*)\.(url|pushurl)$/s.exec(key) ?? []
    if (name === undefined || (variable !== 'url' && variable !== 'pushurl')) continue
    const remote = remotes.get(name) ?? { url: [], pushurl: [] }
    remotes.set(name, remote)
    if (value === '') remote[variable] = []
    else remote[variable].push(value)
  }
  return [...remotes].map(([name, { url, pushurl }]) => {
    const fetchUrl = url[0] ?? name
    return { name, fetch_url: fetchUrl, push_url: pushurl[0] ?? fetchUrl }
  })
}

/** Reads the remotes of the user's repository from its config file, in the order in which they stand there. */
export async function readRemotes(
  commonDir: string,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<readonly ConfiguredRemote[]> {
  return remotesOf(await runner.run(remoteUrls(join(commonDir, 'config')), { signal }))
}
