import { isGitferryError } from '@gitferry/core/errors'
import type { ShortCommand } from '../configuration/resolve-configuration.ts'
import { usageError } from '../configuration/usage-error.ts'
import type { CommandContext, RunCommand } from './command-context.ts'
import { rotateKeys } from './keys-rotate.ts'
import { createToken } from './token-create.ts'
import { listTokens } from './token-list.ts'
import { revokeToken } from './token-revoke.ts'

const commands: Readonly<Record<ShortCommand['command'], RunCommand>> = {
  'token create': createToken,
  'token list': listTokens,
  'token revoke': revokeToken,
  'keys rotate': rotateKeys,
}

/**
 * Runs a command to its end.
 * @throws INVALID_INPUT for what was typed wrong; NOT_FOUND where there is no gitferry, FORBIDDEN where it is another
 *   user’s; whatever the command throws
 */
export async function runCommand(context: CommandContext): Promise<void> {
  const { command, configuration, warnings } = context.invocation
  for (const warning of warnings) context.tell(`warning: ${warning}`)
  if (configuration.storage.kind === 'memory') {
    throw usageError(
      '--storage',
      `nothing of what gitferry ${command} does would be left of a storage in memory`,
    )
  }
  const { installation } = context
  await installation.requireOwn()
  // a rotation tells by itself what becomes of which key
  if (command !== 'token create') await installation.requireThere({ withKey: command !== 'keys rotate' })
  try {
    await commands[command](context)
  } catch (error) {
    // a command has no log in which the cause would stand
    if (isGitferryError(error, 'INTERNAL'))
      context.tell(`cause: ${(error.cause as Error | undefined)?.message}`)
    throw error
  }
}

/** What the process ends with: 2 for what was typed wrong, 1 for everything else. */
export const exitCodeOf = (error: unknown): number => (isGitferryError(error, 'INVALID_INPUT') ? 2 : 1)
