import { z } from 'zod'
import { id, type JobRow, localGroup, visibility } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { type ClonePlace, hostedPlace, worktreePlace } from '../git/clone-place.ts'

/** What the job of a clone needs to know besides its name and its URL. It stands in the job’s row and holds no secret. */
const cloneInput = z.object({
  /** Of the repository that it makes. */
  uuid: z.uuid(),
  /** Where the worktree is made, links resolved; `null`: gitferry hosts it. */
  path: z.string().nullable(),
  branch: z.string().nullable(),
  ssh_key_id: id.nullable(),
  credential_id: id.nullable(),
  /** The credential that was made of the login in the URL. */
  taken_credential_id: id.nullable(),
  timeout_ms: z.int(),
  /** Where it is to stand; of what was stored before there were projects, in none. */
  group_name: z.string().default(localGroup),
  project_id: id.nullable().default(null),
  description: z.string().nullable().default(null),
  visibility: visibility.default(0),
  /** Whether the members of the project become its own. */
  import_members: z.boolean().default(false),
})

export type CloneInput = z.output<typeof cloneInput>

/** @throws INTERNAL when it is not what this version stores */
export function readCloneInput({ input }: Pick<JobRow, 'input'>): CloneInput {
  const { data, error } = cloneInput.safeParse(input)
  if (data !== undefined) return data
  throw new GitferryError('INTERNAL', 'What the job is to clone cannot be read. Ask for the clone again.', {
    cause: error,
  })
}

/** As `readCloneInput`, for who has to do with jobs of all kinds: `undefined` where it cannot be read. */
export const findCloneInput = ({ input }: Pick<JobRow, 'input'>): CloneInput | undefined =>
  cloneInput.safeParse(input).data

/** Where a job makes its repository. */
export function placeOf(job: Pick<JobRow, 'input'>, { dataDir }: { readonly dataDir: string }): ClonePlace {
  const { path, uuid } = readCloneInput(job)
  return path === null ? hostedPlace(dataDir, uuid) : worktreePlace(path, uuid)
}
