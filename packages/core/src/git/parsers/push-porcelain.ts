import type { RefResult } from '../commands/push.ts'
import { escapeInvisible } from '../redact.ts'
import { isHeldUp, isTransactionFailure, readRefusal } from './push-refusal.ts'
import { readRemoteWords } from './remote-words.ts'

const line = /^([ +\-*!=X])\t([^\t]*)\t(.*)$/
const longestReason = 500
const otherFailed = 'another ref of the push failed'

/**
 * Reads `git push --porcelain`: full ref name at the remote → what became of it. Lines that tell of no ref
 * (`To …`, `Done`) are passed over. The words of a refusal come from the remote; they are made safe to print.
 * `stderr` says more where the lines do not: which limit, which rule, whose lock.
 *
 * Of an atomic push, what failed keeps its own reason; the rest is `failed` because of it, and of its kind.
 */
export function parsePushPorcelain(output: string, stderr = ''): Map<string, RefResult> {
  const words = readRemoteWords(stderr)
  const results = new Map<string, RefResult>()
  for (const text of output.split('\n')) {
    const match = line.exec(text)
    if (!match) continue
    const [, flag = '', refspec = '', said = ''] = match
    const ref = refspec.slice(refspec.lastIndexOf(':') + 1)
    if (flag !== '!' && flag !== 'X') {
      results.set(ref, {
        ref,
        outcome: flag === '=' ? 'in_step' : 'updated',
        reason: '',
        failure_class: null,
      })
      continue
    }
    const [, summary = said, quoted = ''] = /^(\[[^\]]*\])(?: \((.*)\))?$/.exec(said) ?? []
    const refused = readRefusal(ref, summary, quoted || summary, words)
    const reason = escapeInvisible(refused.reason).slice(0, longestReason)
    results.set(ref, { ...refused, ref, reason })
  }
  return withCulprits(results)
}

/** What only waited for the others: `failed`, of the culprit’s kind. */
function withCulprits(results: Map<string, RefResult>): Map<string, RefResult> {
  const isWaiting = ({ outcome, reason, failure_class }: RefResult): boolean =>
    outcome === 'failed' && failure_class === null && (isHeldUp(reason) || isTransactionFailure(reason))
  const culprit = [...results.values()].find((result) => result.failure_class !== null)
  for (const [ref, result] of results) {
    if (!isWaiting(result)) continue
    // without a culprit it is somebody's change meanwhile: everything else is said of the ref at fault
    const failure_class = culprit?.failure_class ?? 'race'
    results.set(ref, { ref, outcome: 'failed', reason: otherFailed, failure_class })
  }
  return results
}
