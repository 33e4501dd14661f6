import { type CreateTokenFor, createTokenFor } from '@gitferry/core/contract'
import { parseInput } from '@gitferry/core/errors'
import type { CommandContext } from './command-context.ts'
import { type NamesOfFields, named } from './name-flags.ts'
import { readExpiry } from './read-expiry.ts'

const flagOf: NamesOfFields = {
  name: '--name',
  scope: '--scope',
  user: '--user',
  user_id: '--user',
  repo_ids: '--repo',
  expires_at: '--expires',
}

/** `gitferry token create`: the token alone is printed; the rest is told. */
export async function createToken(context: CommandContext) {
  const { installation, openAdministration, print, tell } = context
  const made = await named(flagOf, async () => {
    const input = inputOf(context)
    // before anything is made for it
    parseInput(createTokenFor, input)
    const isNew = !(await installation.isThere())
    await using administration = await openAdministration()
    if (isNew) tell(`There was no gitferry here; made one: ${installation.described}.`)
    return await administration.tokens.createFor(input)
  })
  const until = made.expires_at === null ? 'never expires' : `expires ${made.expires_at}`
  tell(
    `Made token ${made.id} of the user ${made.user}: scope ${made.scope}, ${until}. It is shown this once:`,
  )
  print(made.token)
}

/** What is no scope, and no id, is left for the schema to refuse. */
function inputOf({ invocation: { flags }, now }: CommandContext): CreateTokenFor {
  const last = (flag: string) => flags[flag]?.at(-1)
  const expires = last('expires')
  return {
    name: last('name') ?? '',
    scope: last('scope') as CreateTokenFor['scope'],
    user: last('user'),
    repo_ids: flags.repo?.map((id) => (/^\d+$/.test(id) ? Number(id) : Number.NaN)),
    expires_at: expires === undefined ? undefined : readExpiry(expires, now()),
  }
}
