/** A git setting and the value that holds for one command, whatever any config file says. */
export type GitSetting = readonly [key: string, value: string]

const offInEveryRepository: readonly GitSetting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  // The `#` makes a comment of what git appends, so the command prints nothing in every shell.
  ['core.alternateRefsCommand', 'exit 0 #'],
  ['core.protectNTFS', 'true'],
  ['core.protectHFS', 'true'],
  ['core.useReplaceRefs', 'false'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['receive.autogc', 'false'],
  ['commit.gpgSign', 'false'],
  ['tag.gpgSign', 'false'],
  ['push.gpgSign', 'false'],
  ['log.showSignature', 'false'],
  ['gpg.program', '/bin/false'],
  ['gpg.ssh.program', '/bin/false'],
  ['gpg.x509.program', '/bin/false'],
  ['core.fsync', 'objects,derived-metadata,reference'],
  ['core.packedRefsTimeout', '10000'],
  ['core.filesRefLockTimeout', '1000'],
]

/**
 * What holds in a store, where no user’s wish counts. The three ignored checks are those that GitLab’s Gitaly
 * ignores too: old but legitimate histories fail them.
 */
export const storeSettings: readonly GitSetting[] = [
  ...offInEveryRepository,
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.symlinks', 'false'],
  ['transfer.fsckObjects', 'true'],
  ['fetch.fsck.badTimezone', 'ignore'],
  ['fetch.fsck.missingSpaceBeforeDate', 'ignore'],
  ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
  ['fetch.unpackLimit', '1'],
  ['fetch.writeCommitGraph', 'false'],
  ['transfer.credentialsInUrl', 'die'],
  ['transfer.bundleURI', 'false'],
  ['http.followRedirects', 'false'],
  ['http.sslVerify', 'true'],
  ['http.proxy', ''],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '30'],
  ['init.templateDir', ''],
  ['safe.bareRepository', 'explicit'],
  ['pack.threads', '1'],
  ['pack.windowMemory', '64m'],
]

/** What holds in the user’s worktree: the symlink, filter and ignore settings there stay the user’s. */
export const worktreeSettings: readonly GitSetting[] = offInEveryRepository

/**
 * When curl gives an http transfer up as too slow, for a command with a stall timeout of its own (in ms): once less than
 * one byte a second came through for that long, in whole seconds. The fixed 30 seconds would cut off a server that
 * computes in silence for longer than that, though the caller is ready to wait.
 */
export const stallSettings = (stallTimeoutMs: number | undefined): readonly GitSetting[] =>
  stallTimeoutMs === undefined
    ? []
    : [
        ['http.lowSpeedLimit', '1'],
        ['http.lowSpeedTime', String(Math.max(1, Math.ceil(stallTimeoutMs / 1_000)))],
      ]

/**
 * Settings as environment variables (`GIT_CONFIG_COUNT`). They have the rank of `-c`, above every config file,
 * yet keep command lines short and secrets out of `ps`; a file named by `GIT_CONFIG_GLOBAL` would lose against
 * the repository’s own config.
 */
export function settingsEnvironment(settings: readonly GitSetting[]): Record<string, string> {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) }
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key
    environment[`GIT_CONFIG_VALUE_${index}`] = value
  })
  return environment
}
