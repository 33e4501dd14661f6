import type { Outcomes } from './drive.ts'
import type { heldTraps } from './held-traps.ts'

/** What comes of `heldTraps`: everything works, but for this. A checkout that works is one that ran nothing. */
export const refusedFor: Readonly<Record<keyof typeof heldTraps, Outcomes>> = {
  'hooks of every name, and every setting that is a command': {},
  'settings that lead elsewhere: hooks, rewritten URLs, proxies, remote helpers': {
    ...Object.fromEntries(
      ['helper', 'descriptor', 'elsewhere', 'daemon', 'option', 'shell'].map((name) => [
        `test the remote ${name}`,
        'URL_FORBIDDEN',
      ]),
    ),
    // where git fetches from our store to there, its URL is rewritten
    'sync into it as local': 'failed URL_FORBIDDEN',
  },
  'a worktree elsewhere, included settings, a hook by setting, attributes from elsewhere': {
    'check out another branch': 'CHECKOUT_REFUSED',
  },
  'a missing object, and a promisor remote that would be asked for it': {
    'test the remote promisor': 'URL_FORBIDDEN',
    'check out another branch': 'CHECKOUT_REFUSED',
    ...Object.fromEntries(
      ['sync, with it as the source', 'sync from it as local', 'mirror from it', 'clone it'].map(
        (operation) => [operation, 'GIT_UNREACHABLE'],
      ),
    ),
    'clone it with a worktree': 'GIT_UNREACHABLE',
    'overwrite, and put back what was kept': 'failed GIT_UNREACHABLE',
  },
  'a tree with submodules, links, look-alikes of .git and a bare repository, and replaced commits': {
    'check out another branch': 'CHECKOUT_REFUSED',
    'mirror from it': 'GIT_FAILED',
    'clone it': 'GIT_FAILED',
    'clone it with a worktree': 'GIT_FAILED',
  },
}

interface Proof {
  readonly marks: readonly string[]
  /** Of git, in this order; `CANARY` is the canary’s folder. */
  readonly commands: readonly string[]
}

/**
 * What plain git springs of `heldTraps`, and by which commands; what only a remote springs is proved by `remoteTraps`. Git
 * 2.39 itself never springs some: `hook.*` came later, `fd::` and `-oProxyCommand` as a host are refused by it, it checks
 * out neither `.GIT` nor `git~1`, and `remote.*.vcs` has nothing to start where no such program is installed.
 */
export const proofs: Readonly<Record<keyof typeof heldTraps, Proof>> = {
  'hooks of every name, and every setting that is a command': {
    marks: [
      ...['core.alternateRefsCommand', 'core.editor', 'core.fsmonitor', 'core.gitProxy', 'core.pager'],
      ...[
        'core.sshCommand',
        'diff.external',
        'filter.x.clean',
        'filter.x.smudge',
        'filter.y.process',
        'gpg.program',
        'pre-push',
      ],
      ...['reference-transaction', 'remote.origin.uploadpack', 'remote.origin.receivepack'],
    ],
    commands: [
      ...['status', 'diff main topic', 'fetch origin', 'push backup topic', 'branch --edit-description'],
      ...['ls-remote ssh://127.0.0.1/x', 'ls-remote git://127.0.0.1/x', 'update-ref refs/heads/y main'],
      ...['-c push.gpgSign=false push . main:refs/heads/x', 'tag --sign --message x x'],
      ...['-c push.gpgSign=false push origin main:refs/heads/x', 'cat-file --filters main:filtered'],
      // a pager is else only for terminals
      ...['grep --open-files-in-pager same'],
    ],
  },
  'settings that lead elsewhere: hooks, rewritten URLs, proxies, remote helpers': {
    marks: ['hooksPath-post-checkout', 'insteadOf', 'remote.helper'],
    commands: ['checkout topic', 'fetch origin', 'ls-remote helper'],
  },
  'a worktree elsewhere, included settings, a hook by setting, attributes from elsewhere': {
    marks: ['include.path', 'includeIf'],
    commands: ['status', 'update-ref refs/heads/y main'],
  },
  'a missing object, and a promisor remote that would be asked for it': {
    marks: ['promisor'],
    commands: ['log -p topic'],
  },
  'a tree with submodules, links, look-alikes of .git and a bare repository, and replaced commits': {
    marks: ['filter.tree.process', 'embedded', 'submodule', 'submodule.update'],
    commands: [
      '-c core.useReplaceRefs=false -c submodule.recurse=false checkout topic',
      '-c core.useReplaceRefs=false -c submodule.recurse=false -c filter.tree.process= -c filter.tree.smudge=cat checkout --force topic',
      '-C embedded status',
      // git asks whoever runs it, not the repository, which transports a submodule may use
      '-c protocol.ext.allow=always submodule update --init sub',
      '-c protocol.file.allow=always -c submodule.sub.url=CANARY/repo.git submodule update --init sub',
    ],
  },
}

/** Commands by which plain git writes through `laterTraps`. The others are read through, or are waited for without end. */
export const laterProofs: Readonly<Record<string, string>> = {
  'a link for refs/tags': 'tag x',
  'a link for refs/heads': 'branch x v1',
  'a link for objects': 'hash-object -w readme',
  'a link for the logs': 'branch x',
  'a link for the configuration': 'config x.y z',
  'a link for .git': 'tag x',
  'a .git file that names another repository': 'tag x',
  'a commondir that names another repository': 'tag x',
}
