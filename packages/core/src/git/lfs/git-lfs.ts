import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import { pointerRef } from './pointer-commit.ts'

/** Where git-lfs goes, and where it keeps what it has. */
export interface GitLfsPlace {
  /** An http URL of this process (`LfsRelay`), or for ssh the remote’s own. */
  readonly endpoint: string
  /** The folder that `objects` is in. */
  readonly storage: string
  /** Set for ssh alone: `captureAnswer`. */
  readonly sshCommand?: string | undefined
}

/** What git calls the remote for the time of one command; its refspecs and tracking refs are nobody’s. */
const remote = 'carried'

const missing =
  'The commits to be pushed need Git LFS objects, and git-lfs is not installed here, so nothing was pushed: their files would be ' +
  'missing at the target. Install git-lfs beside git or in /usr/bin (package "git-lfs"), then run again.'

/** The version of git-lfs: `3.3.0`. @throws LFS_MISSING when git finds none */
export const gitLfsVersion = (): GitCommand<string> => ({
  args: ['lfs', 'version'],
  exitCodes: [1],
  parse({ exitCode, stdout }) {
    const [, version] = /^git-lfs\/(\d+\.\d+\.\d+)/.exec(stdout.toString('utf8')) ?? []
    if (exitCode === 0 && version !== undefined) return version
    throw new GitferryError('LFS_MISSING', missing)
  },
})

/** Fetches what the commit of `commitPointers` names; an object that is there already is not fetched again. */
export const lfsFetch = (place: GitLfsPlace): GitCommand<void> => ({
  args: ['lfs', 'fetch', remote, pointerRef],
  ...commandTo(place),
  parse() {},
})

/** Pushes these objects, as far as the server does not have them. */
export const lfsPush = (place: GitLfsPlace, oids: readonly string[]): GitCommand<void> => ({
  args: ['lfs', 'push', '--object-id', remote, ...oids],
  ...commandTo(place),
  parse() {},
})

const commandTo = (place: GitLfsPlace): Pick<GitCommand<void>, 'settings' | 'protocol' | 'sshCommand'> => ({
  settings: settingsFor(place),
  ...(place.sshCommand === undefined ? {} : { protocol: 'ssh', sshCommand: place.sshCommand }),
})

/**
 * Everything by which a repository could tell git-lfs where to go, what to run and what to leave out. They have the
 * rank of `-c`, above `.lfsconfig` and every config file.
 */
const settingsFor = ({ endpoint, storage }: GitLfsPlace): GitSetting[] => [
  [`remote.${remote}.url`, endpoint],
  ['lfs.url', endpoint],
  ['lfs.pushurl', endpoint],
  ['lfs.storage', storage],
  [`lfs.${endpoint}.access`, 'none'],
  ['lfs.basictransfersonly', 'true'],
  ['lfs.standalonetransferagent', ''],
  ['lfs.tustransfers', 'false'],
  ['lfs.ssh.automultiplex', 'false'],
  ['lfs.locksverify', 'false'],
  ['lfs.fetchinclude', ''],
  ['lfs.fetchexclude', ''],
  ['lfs.skipdownloaderrors', 'false'],
  ['lfs.allowincompletepush', 'false'],
  ['lfs.cachecredentials', 'false'],
  ['lfs.concurrenttransfers', '4'],
  ['lfs.transfer.maxretries', '3'],
  ['lfs.transfer.maxretrydelay', '2'],
  // who waits for too long is given up by us
  ['lfs.activitytimeout', '0'],
]
