import { percentDecode, percentEncode } from './percent-encode.ts'

const nonAscii = /(?:%[89A-F][0-9A-F])+/gi
/** What Node’s `url.parse` escapes in a path, and its `URL` and `http.request` leave as it is. */
const escapedByUrlParse = /['|^]/g

const asUrlParseEscapes = (path: string): string => path.replace(escapedByUrlParse, percentEncode)

const withNonAscii = (path: string): string => path.replace(nonAscii, (run) => percentDecode(run) ?? run)

function decodedSegments(path: string): string[] | undefined {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    const decoded = percentDecode(segment)
    if (decoded === undefined) return undefined
    segments.push(decoded)
  }
  return segments
}

function canonical(segments: readonly string[]): string {
  const path = segments.map(percentEncode).join('/')
  return path.endsWith('/') ? path : `${path}/`
}

/**
 * Every path that a signer may have signed for a path that was sent so, each as it stands in a canonical request. The
 * official signers differ in what they encode: the path as it is given to them (Go), what `url.parse` makes of that (Node,
 * where what is not ASCII is encoded after it was signed), or what it stands for (Python, of which the whole is decoded
 * first, so that `%2F` separates too). Not known again is a path of which the caller encoded some of what is not ASCII,
 * and Node the rest.
 *
 * So a signature for `/a%2Fb` is good for `/a%252Fb` or for `/a/b` as well: whoever holds one that was sent within the
 * last minutes could send it there. A path that is not well encoded is not decoded.
 */
export function canonicalPaths(path: string): string[] {
  const ways = [
    path.split('/'),
    asUrlParseEscapes(path).split('/'),
    asUrlParseEscapes(withNonAscii(path)).split('/'),
    decodedSegments(path),
    percentDecode(path)?.split('/'),
  ]
  return [...new Set(ways.flatMap((segments) => (segments ? [canonical(segments)] : [])))]
}
