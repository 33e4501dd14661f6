import type { RefResult } from '../commands/push.ts'
import { escapeInvisible } from '../redact.ts'

const line = /^([ +\-*!=])\t([^\t]*)\t(.*)$/
const longestReason = 500

/** Words of a race: somebody else moved the ref, or is moving it now. */
const race =
  /cannot lock ref|failed to (?:lock|update ref)|incorrect old value|reference (?:already exists|is missing)|unable to resolve reference/i
const trouble = /unpacker error|missing necessary objects|shallow update|internal error|no space|atomic/i

/** Git itself refuses (`[rejected]`) where the ref is not what the lease says, or would have to be forced. */
function refusal(summary: string, reason: string): RefResult['outcome'] {
  if (/branch is currently checked out/i.test(reason)) return 'checked_out'
  if (summary === '[rejected]') return /atomic|shallow/i.test(reason) ? 'failed' : 'stale'
  if (summary !== '[remote rejected]') return 'failed'
  if (race.test(reason)) return 'stale'
  return trouble.test(reason) ? 'failed' : 'rejected'
}

function outcomeOf(flag: string, summary: string, reason: string): RefResult['outcome'] {
  if (flag === '=') return 'in_step'
  return flag === '!' ? refusal(summary, reason) : 'updated'
}

/**
 * Reads `git push --porcelain`: full ref name at the remote → what became of it. Lines that tell of no ref
 * (`To …`, `Done`) are passed over. The words of a refusal come from the remote; they are made safe to print.
 */
export function parsePushPorcelain(output: string): Map<string, RefResult> {
  const results = new Map<string, RefResult>()
  for (const text of output.split('\n')) {
    const match = line.exec(text)
    if (!match) continue
    const [, flag = '', refspec = '', said = ''] = match
    const ref = refspec.slice(refspec.lastIndexOf(':') + 1)
    const [, summary = said, quoted = ''] = /^(\[[^\]]*\]|\S+)(?: \((.*)\))?$/.exec(said) ?? []
    const isRefused = flag === '!'
    const reason = isRefused ? escapeInvisible(quoted || summary).slice(0, longestReason) : ''
    results.set(ref, { ref, outcome: outcomeOf(flag, summary, reason), reason })
  }
  return results
}
