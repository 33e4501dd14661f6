import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/** Files that payloads of the corpus would make or change if they ran. */
const payloadMarks = ['/tmp/pwn', '/tmp/p', '/etc/cron.d/x']
/** What ssh and git would write in a home folder, whichever they take for it. */
const homeFiles = ['.ssh', '.gitconfig', '.git-credentials', '.config/git']

/** What a path is, to the last byte and to the inode; reading it changes nothing of that. */
function described(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true })
  if (found === undefined) return 'absent'
  const { ino, mode, size, mtimeNs, ctimeNs, uid, gid, nlink } = found
  const content = found.isFile()
    ? createHash('sha256').update(readFileSync(path)).digest('hex')
    : found.isSymbolicLink()
      ? readlinkSync(path)
      : found.isDirectory()
        ? readdirSync(path).sort().join('/')
        : ''
  return [ino, mode, size, mtimeNs, ctimeNs, uid, gid, nlink, content].join(' ')
}

/** Every path of these trees → what it is. Links are not followed. */
function snapshotOf(tops: readonly string[]): ReadonlyMap<string, string> {
  const seen = new Map<string, string>()
  const look = (path: string): void => {
    seen.set(path, described(path))
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    if (isFolder) for (const name of readdirSync(path)) look(join(path, name))
  }
  for (const top of tops) look(top)
  return seen
}

/** Files that nothing may touch, and what they were. */
export class CanaryTree {
  readonly #tops: readonly string[]
  readonly #before: ReadonlyMap<string, string>

  /** Watches these trees, and what the corpus would leave on this machine if any of it ran. */
  constructor(tops: readonly string[]) {
    const homes = [userInfo().homedir, process.cwd()]
    const strays = [
      ...homes.flatMap((home) => homeFiles.map((name) => join(home, name))),
      join(process.cwd(), 'x'),
    ]
    this.#tops = [...tops, ...payloadMarks, ...strays]
    this.#before = snapshotOf(this.#tops)
  }

  /** Every path that is not what it was: made, removed, written, renamed, or given other rights. */
  changes(): string[] {
    const after = snapshotOf(this.#tops)
    const paths = new Set([...this.#before.keys(), ...after.keys()])
    return [...paths].filter((path) => this.#before.get(path) !== after.get(path)).sort()
  }
}

/** Makes a folder with something of every kind that a wrong path could reach. */
export function makeCanaries(folder: string): string {
  mkdirSync(join(folder, 'etc'), { recursive: true })
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'etc', 'passwd'), 'canary:x:0:0::/:/bin/false\n')
  writeFileSync(join(folder, 'config'), '[core]\n\tbare = true\n', { mode: 0o600 })
  writeFileSync(join(folder, 'x'), 'canary\n')
  symlinkSync('etc/passwd', join(folder, 'link'))
  return folder
}
