import type { Token } from '@gitferry/core/contract'
import type { CommandContext } from './command-context.ts'
import { textTable } from './text-table.ts'

const head = ['ID', 'PREFIX', 'NAME', 'USER', 'SCOPE', 'REPOSITORIES', 'EXPIRES', 'LAST USED', 'CREATED']

const row = (token: Token): string[] => [
  String(token.id),
  token.prefix,
  token.name,
  token.user,
  token.scope,
  token.repo_ids?.join(',') ?? 'all',
  token.expires_at ?? 'never',
  token.last_used_at ?? 'never',
  token.created_at,
]

/** `gitferry token list` */
export async function listTokens({ invocation, openAdministration, print, tell }: CommandContext) {
  await using administration = await openAdministration()
  const tokens = await Array.fromAsync(administration.tokens.all())
  if (invocation.flags.json !== undefined) return print(JSON.stringify(tokens, null, 2))
  if (tokens.length === 0) return tell('There is no token.')
  for (const line of textTable([head, ...tokens.map(row)])) print(line)
}
