import { localRemote, type SyncTaskRow } from '../contract/index.ts'
import { originOf } from '../git/url-origin.ts'
import type { StorageSession } from '../ports/index.ts'

/**
 * The hosts that the runs of a task go to: its source's, where they fetch, and its target's, where they push. Names
 * alone: what one machine can bear does not depend on the port. None for places on this machine, nor for a remote that is
 * yet to be read from the repository.
 */
export async function hostsOfTask(
  storage: Pick<StorageSession, 'collection'>,
  task: Pick<SyncTaskRow, 'repo_id' | 'source_remote' | 'target_repo_id' | 'target_remote'>,
): Promise<readonly string[]> {
  const { repo_id, source_remote, target_repo_id, target_remote } = task
  const names = [source_remote, target_remote].filter((name) => name !== localRemote)
  if (names.length === 0) return []
  const remotes = await storage
    .collection('remotes')
    .find({ where: { repo_id: { in: [repo_id, target_repo_id] }, name: { in: names } } })
  const find = (repo: number, name: string) =>
    remotes.find((remote) => remote.repo_id === repo && remote.name === name)
  const urls = [find(repo_id, source_remote)?.fetch_url, find(target_repo_id, target_remote)?.push_url]
  return hostsOfUrls(urls)
}

/** Each host of these URLs once, without those of places on this machine. Pure. */
export const hostsOfUrls = (urls: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(urls.map(hostOf).filter((host) => host !== '')),
]

function hostOf(url: string | undefined): string {
  const origin = url === undefined ? undefined : originOf(url)
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() : ''
}
