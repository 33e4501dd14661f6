import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { type MemoryNotifier, memoryNotifier } from './memory-notifier.ts'
import { commitTo, plainGit } from './plain-git.ts'
import { type PlainSshKey, plainSshKey } from './plain-ssh-key.ts'

/** Real repositories to work on, in a folder of their own. All paths are absolute, links resolved. */
export interface ApiSandbox {
  /** The one repository root that the subject must be given. */
  readonly root: string
  /** An empty folder outside `root` for the subject's own data. */
  readonly dataDir: string
  /** A bare repository with `main`, `develop`, `feature/login` and the tag `v1`; HEAD names `main`. */
  readonly originPath: string
  /** An empty bare repository. */
  readonly bareBackupPath: string
  /** A clone of origin with `main` checked out, and the remotes `origin` and `backup`. */
  readonly clonePath: string
  /** A bare repository with `main` and `develop`, and no remote. */
  readonly secondBarePath: string
  /** A folder in `root` that is no repository, a file, and a folder inside the clone's worktree. */
  readonly plainFolderPath: string
  readonly filePath: string
  readonly subfolderPath: string
  /** A bare repository outside `root`, whose path begins with the same letters, and a link to it inside. */
  readonly outsidePath: string
  readonly linkToOutsidePath: string
  /** A link inside `root` to the clone. */
  readonly linkToClonePath: string
  /** The notifier that the subject must be given. */
  readonly notifier: MemoryNotifier
  /** A new key, made by ssh-keygen. */
  sshKey(): PlainSshKey
  /** Runs git itself, apart from everything under test; answers what it printed, trimmed. */
  git(cwd: string, ...args: string[]): string
  /** The oid of a branch by plain git, `''` when there is none. */
  oidOf(repository: string, branch: string): string
  /** Puts a commit on a branch of a bare repository, by plain git; answers its oid. */
  commit(repository: string, branch: string, text: string): string
  /** Gives a repository a hook, a line of shell. */
  hook(repository: string, name: string, script: string): void
  /** Makes a push to the backup’s `main` wait until the answer is called. */
  holdPushes(): () => void
  /** Makes everything that reads origin wait until the answer is called. */
  holdFetches(): () => void
  exists(path: string): boolean
  /** Removes everything. */
  remove(): void
}

const names = { root: 'root', outside: 'root-outside', data: 'data' }

const makeFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'gitferry-api-')))

/** Every file and folder of a tree, by its path in it; a folder has no content. */
type Tree = ReadonlyMap<string, Buffer | undefined>

interface Template {
  /** Where it was built: the paths that its files hold. */
  readonly base: string
  readonly tree: Tree
}

/** Builds the repositories once and keeps them in memory: nothing is left on disk, and a copy is quickly written. */
function buildTemplate(): Template {
  const base = makeFolder()
  try {
    buildRepositories(base)
    const tree = readdirSync(base, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(base, path), entry.isDirectory() ? undefined : readFileSync(path)] as const
    })
    return { base, tree: new Map(tree.sort(([a], [b]) => (a < b ? -1 : 1))) }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

function writeTree(tree: Tree, base: string): void {
  for (const [path, content] of tree) {
    if (content === undefined) mkdirSync(join(base, path))
    else writeFileSync(join(base, path), content)
  }
}

/** Packs a repository and removes what git can do without: a sandbox costs as much as it has files. */
function makeSmall(gitDirectory: string): void {
  plainGit(gitDirectory, 'pack-refs', '--all')
  plainGit(gitDirectory, 'repack', '-a', '-d', '-q')
  for (const name of ['info', 'logs', 'objects/info', 'refs/heads', 'refs/tags']) {
    rmSync(join(gitDirectory, name), { recursive: true, force: true })
  }
}

function buildRepositories(template: string): void {
  const root = join(template, names.root)
  const origin = join(root, 'origin.git')
  mkdirSync(join(root, 'plain'), { recursive: true })
  mkdirSync(join(template, names.outside))
  writeFileSync(join(root, 'file'), 'not a repository\n')
  const bare = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']
  plainGit(root, ...bare, 'origin.git')
  plainGit(root, ...bare, 'backup.git')
  commitTo(origin, 'main', 'readme', 'first\n')
  plainGit(origin, 'update-ref', 'refs/heads/develop', 'refs/heads/main')
  plainGit(origin, 'update-ref', 'refs/heads/feature/login', 'refs/heads/main')
  commitTo(origin, 'main', 'readme', 'second\n')
  commitTo(origin, 'develop', 'readme', 'of develop\n')
  commitTo(origin, 'feature/login', 'login', 'login\n')
  plainGit(origin, 'tag', 'v1', 'main')
  plainGit(root, 'clone', '--quiet', '--template=', origin, 'clone')
  plainGit(join(root, 'clone'), 'remote', 'add', 'backup', join(root, 'backup.git'))
  mkdirSync(join(root, 'clone', 'folder'))
  plainGit(root, ...bare, 'second.git')
  commitTo(join(root, 'second.git'), 'main', 'readme', 'of second\n')
  plainGit(join(root, 'second.git'), 'update-ref', 'refs/heads/develop', 'refs/heads/main')
  for (const name of ['origin.git', 'second.git', 'clone/.git']) makeSmall(join(root, name))
  cpSync(join(root, 'second.git'), join(template, names.outside, 'repo.git'), { recursive: true })
}

let template: Template | undefined

function hook(repository: string, name: string, script: string): void {
  const hooks = join(repository, existsSync(join(repository, '.git')) ? '.git' : '', 'hooks')
  mkdirSync(hooks, { recursive: true })
  writeFileSync(join(hooks, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

/** A fresh sandbox. The caller removes it. */
export function createApiSandbox(): ApiSandbox {
  template ??= buildTemplate()
  const base = makeFolder()
  writeTree(template.tree, base)
  const root = join(base, names.root)
  const clonePath = join(root, 'clone')
  const backupPath = join(root, 'backup.git')
  const outsidePath = join(base, names.outside, 'repo.git')
  const linkToOutsidePath = join(root, 'link-to-outside')
  const linkToClonePath = join(root, 'link-to-clone')
  const config = join(clonePath, '.git', 'config')
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(template.base, base))
  // the copy's files have other times than the index says
  plainGit(clonePath, 'update-index', '--refresh', '-q')
  mkdirSync(join(base, names.data))
  symlinkSync(outsidePath, linkToOutsidePath)
  symlinkSync(clonePath, linkToClonePath)
  return {
    root,
    dataDir: join(base, names.data),
    originPath: join(root, 'origin.git'),
    bareBackupPath: backupPath,
    clonePath,
    secondBarePath: join(root, 'second.git'),
    plainFolderPath: join(root, 'plain'),
    filePath: join(root, 'file'),
    subfolderPath: join(clonePath, 'folder'),
    outsidePath,
    linkToOutsidePath,
    linkToClonePath,
    notifier: memoryNotifier(),
    sshKey: () => plainSshKey(base),
    git: plainGit,
    oidOf: (repository, branch) =>
      plainGit(repository, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`),
    commit: (repository, branch, text) => commitTo(repository, branch, 'readme', text),
    hook,
    holdPushes: () => {
      // no hook runs in a file remote, but its own settings hold: git waits for the lock as long as it is there
      plainGit(backupPath, 'config', 'core.filesRefLockTimeout', '-1')
      const lock = join(backupPath, 'refs', 'heads', 'main.lock')
      writeFileSync(lock, '')
      return () => rmSync(lock)
    },
    holdFetches: () => {
      // whoever lists the refs reads this one as well, and waits for somebody to write; nothing written is no ref
      const ref = join(root, 'origin.git', 'refs', 'heads', 'held')
      mkdirSync(dirname(ref), { recursive: true })
      execFileSync('mkfifo', [ref])
      return () => {
        const writer = openSync(ref, constants.O_RDWR)
        rmSync(ref)
        closeSync(writer)
      }
    },
    exists: existsSync,
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  }
}
