import { GitferryError } from '../../errors/index.ts'
import { isFullRef, isOid } from '../full-ref.ts'

/**
 * Reads lines of `<oid> <separator> <full ref name>`. Names that git would not accept as a ref (a hostile server
 * may send any bytes) are left out, and so are peeled tags (`…^{}`); `HEAD` is kept.
 * @throws GIT_FAILED when a line has another form
 */
export function parseRefList(output: Buffer, separator: '\t' | ' '): Map<string, string> {
  const refs = new Map<string, string>()
  for (const line of output.toString('utf8').split('\n')) {
    if (line === '') continue
    const end = line.indexOf(separator)
    const oid = line.slice(0, end)
    const name = line.slice(end + 1)
    if (end === -1 || !isOid(oid)) {
      throw new GitferryError('GIT_FAILED', 'The list of refs is not one that git prints.')
    }
    if (name === 'HEAD' || isFullRef(name)) refs.set(name, oid)
  }
  return refs
}
