import type { TokensApi } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { usageError } from '../configuration/usage-error.ts'
import type { CommandContext } from './command-context.ts'

/** A token, from its beginning on to what is secret. */
const wholeToken = /^(gitferry_[a-z0-9]+)_./

/** `gitferry token revoke ID|PREFIX` */
export async function revokeToken({ invocation, openAdministration, tell }: CommandContext) {
  const which = invocation.argument ?? ''
  const prefix = wholeToken.exec(which)?.[1]
  if (prefix !== undefined) {
    const problem =
      'everybody on this machine can read a command line, and so this token. Revoke it by its prefix'
    throw usageError('ID|PREFIX', `${problem}: gitferry token revoke ${prefix}`)
  }
  await using administration = await openAdministration()
  const { tokens } = administration
  const id = /^\d+$/.test(which) ? Number(which) : await findByPrefix(tokens, which)
  await tokens.delete(id)
  tell(`Revoked token ${id}.`)
}

async function findByPrefix(tokens: Pick<TokensApi, 'all'>, prefix: string): Promise<number> {
  for await (const token of tokens.all()) if (token.prefix === prefix) return token.id
  throw new GitferryError(
    'TOKEN_NOT_FOUND',
    `There is no token with the prefix ${JSON.stringify(prefix)}. See: gitferry token list`,
  )
}
