import type { CommitAction } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { CommitStep } from '../git/content/write-commit.ts'

/** As much as a request may carry, whichever way it comes. */
const mostBytes = 64 * 1024 * 1024

/**
 * The actions of a commit with their contents as bytes. Pure.
 * @throws INVALID_INPUT for a content that is not what its encoding says; CONTENT_TOO_LARGE over 64 MiB together
 */
export function commitSteps(actions: readonly CommitAction[]): CommitStep[] {
  let bytes = 0
  return actions.map((action, index) => {
    const content = contentOf(action, `actions.${index}.content`)
    bytes += content?.length ?? 0
    if (bytes > mostBytes) throw tooLarge()
    return {
      action: action.action,
      path: action.path,
      previous_path: action.action === 'move' ? (action.previous_path ?? null) : null,
      content,
      is_executable: action.is_executable ?? null,
      last_commit_oid: action.last_commit_oid ?? null,
    }
  })
}

function contentOf({ content, encoding = 'text' }: CommitAction, field: string): Uint8Array | null {
  if (content == null) return null
  if (encoding === 'base64') return decodeBase64(content, field)
  if (content.isWellFormed()) return Buffer.from(content)
  throw new GitferryError('INVALID_INPUT', `${field}: must be valid Unicode; send other bytes in base64`, {
    details: { field },
  })
}

/** Line breaks may stand in it (RFC 2045), and the padding may be missing. */
function decodeBase64(text: string, field: string): Uint8Array {
  const digits = text.replace(/\s+/g, '').replace(/={1,2}$/, '')
  // Node passes over what is no digit, or takes it for one by its low byte
  if (digits.length % 4 !== 1 && /^[\w+/-]*$/.test(digits)) return Buffer.from(digits, 'base64')
  throw new GitferryError('INVALID_INPUT', `${field}: must be base64, as encoding says`, {
    details: { field },
  })
}

const tooLarge = (): GitferryError =>
  new GitferryError(
    'CONTENT_TOO_LARGE',
    'actions: the contents must not have more than 64 MiB together. Make several commits, or push.',
    { details: { field: 'actions', most_bytes: mostBytes } },
  )
