import { GitferryError, isGitferryError } from '@gitferry/core/errors'

/** What the fields of a service's input are called on the command line. */
export type NamesOfFields = Readonly<Record<string, string>>

/** Says of an input that a service refuses which flag it came from, as the command line calls it. */
export async function named<Result>(flagOf: NamesOfFields, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isGitferryError(error)) throw error
    const { code, details, message } = error
    // `repo_ids.0` is about `repo_ids`
    const path = String(details.field)
    const flag = flagOf[path.split('.')[0] ?? '']
    if (flag === undefined || !message.startsWith(`${path}: `)) throw error
    throw new GitferryError(code, `${flag}: ${message.slice(path.length + 2)}`, { details, cause: error })
  }
}
