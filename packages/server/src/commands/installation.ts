import { stat } from 'node:fs/promises'
import { GitferryError } from '@gitferry/core/errors'

export interface InstallationOptions {
  /** Absolute, as are all of these. */
  readonly dataDir: string
  readonly database: string
  /** `undefined`: the key is given. */
  readonly keyFile: string | undefined
  /** The user of this process; `undefined` where users have no numbers. */
  readonly uid: number | undefined
}

/** The gitferry that a command is about, as its files tell of it. */
export class Installation {
  readonly #options: InstallationOptions

  constructor(options: InstallationOptions) {
    this.#options = options
  }

  /** What it consists of, for people. */
  get described(): string {
    const { dataDir, database, keyFile } = this.#options
    const key = keyFile === undefined ? '' : `, secret key ${keyFile}`
    return `data directory ${dataDir}, database ${database}${key}`
  }

  /** Whether there is one. */
  async isThere(): Promise<boolean> {
    return (await ownerOf(this.#options.database)) !== undefined
  }

  /**
   * Refuses what would be made as another user than the one whose gitferry it is: the server could not open it. Whose it
   * is, the database tells, which the server made; before its first start, the data directory.
   * @throws FORBIDDEN
   */
  async requireOwn(): Promise<void> {
    const { dataDir, database, uid } = this.#options
    const owner = (await ownerOf(database)) ?? (await ownerOf(dataDir))
    if (uid === undefined || owner === undefined || owner === uid) return
    throw new GitferryError(
      'FORBIDDEN',
      `The gitferry of ${dataDir} belongs to the user ${owner}, and this command is run by the user ${uid}: its server could ` +
        `not open what is made so. Run the command as that user: sudo -u '#${owner}' gitferry …`,
    )
  }

  /** Refuses to begin where there is none. `withKey`: nor where its key is missing. @throws NOT_FOUND */
  async requireThere({ withKey }: { readonly withKey: boolean }): Promise<void> {
    const { dataDir, database, keyFile } = this.#options
    if (!(await this.isThere())) {
      throw new GitferryError(
        'NOT_FOUND',
        `There is no gitferry in ${dataDir}: there is no database ${database}. Say where it is (--data-dir, --storage), as for the server.`,
      )
    }
    if (withKey && keyFile !== undefined && (await ownerOf(keyFile)) === undefined) {
      throw new GitferryError(
        'NOT_FOUND',
        `There is no secret key file ${keyFile}. Say where the key is (--secret-key-file, GITFERRY_SECRET_KEY), as for the server, or put it back.`,
      )
    }
  }
}

/** `undefined`: there is nothing. */
async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).uid
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new GitferryError('FORBIDDEN', `${path} cannot be looked at: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}
