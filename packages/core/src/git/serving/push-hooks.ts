import { access, chmod, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitferryError } from '../../errors/index.ts'
import { ifGone } from '../if-gone.ts'
import {
  movedFile,
  passedFile,
  postReceiveScript,
  preReceiveScript,
  pushFolderVariable,
  refusedFile,
  rulesFile,
} from './pre-receive-script.ts'
import { type MovedRef, parseMovedRefs } from './push-commands.ts'

const hooks = { 'pre-receive': preReceiveScript, 'post-receive': postReceiveScript }

/** What the hooks of one push are told, and tell. */
export interface PushFolder {
  /** The environment by which git’s hooks find it. */
  readonly env: Readonly<Record<string, string>>
  /**
   * Says what whoever pushes may: to be called before git is given what is pushed. Without it nothing passes. May be called
   * again at any time: the hook reads the rules whole, the ones or the others.
   */
  allow(rules: string): Promise<void>
  /** Whether a rule has refused the push. */
  wasRefused(): Promise<boolean>
  /** Whether the push was let pass, so that refs may have been moved. */
  hasPassed(): Promise<boolean>
  /** The refs that were moved, in the order in which the client named them. */
  moved(): Promise<MovedRef[]>
  /** May be called twice. */
  remove(): Promise<void>
}

/** The hooks of hosted repositories. They lie in the data directory; nothing is ever put into a repository. */
export class PushHooks {
  /** Absolute path of the folder with the scripts. */
  readonly dir: string
  readonly #pushes: string

  constructor({ dataDir }: { readonly dataDir: string }) {
    this.dir = join(dataDir, 'hooks')
    this.#pushes = join(dataDir, 'pushes')
  }

  /** Writes the scripts anew, and removes what pushes have left that were cut off. To be called at start. */
  async prepare(): Promise<void> {
    await rm(this.#pushes, { recursive: true, force: true })
    for (const dir of [this.dir, this.#pushes]) await mkdir(dir, { recursive: true, mode: 0o700 })
    for (const [name, script] of Object.entries(hooks)) {
      const path = join(this.dir, name)
      await rm(path, { force: true, recursive: true })
      await writeFile(path, script, { mode: 0o700, flag: 'wx' })
      // whatever the umask took away
      await chmod(path, 0o700)
    }
  }

  /**
   * A folder for one push.
   * @throws STORE_FAILED where the hooks could not be run: git would leave them out without a word
   */
  async open(): Promise<PushFolder> {
    for (const name of Object.keys(hooks)) await requireExecutable(join(this.dir, name))
    const path = await mkdtemp(join(this.#pushes, 'push-'))
    return {
      env: { [pushFolderVariable]: path },
      async allow(rules) {
        const made = join(path, `${rulesFile}.new`)
        await writeFile(made, rules, { mode: 0o600 })
        await rename(made, join(path, rulesFile))
      },
      wasRefused: () => isThere(join(path, refusedFile)),
      hasPassed: () => isThere(join(path, passedFile)),
      async moved() {
        return parseMovedRefs(await readFile(join(path, movedFile), 'utf8').catch(ifGone('')))
      },
      remove: () => rm(path, { recursive: true, force: true }),
    }
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

async function requireExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    throw new GitferryError(
      'STORE_FAILED',
      `Nothing can be pushed: what weighs pushes cannot be run (${code}: ${path}). Start gitferry again; the data directory must not be mounted with noexec.`,
      { cause },
    )
  })
}
