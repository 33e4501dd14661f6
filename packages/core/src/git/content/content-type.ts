/** What begins like this is this, whatever its name says: the first bytes, from some offset on. */
const signatures: readonly (readonly [type: string, bytes: string, offset?: number])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF8'],
  ['image/webp', 'WEBP', 8],
  ['image/bmp', 'BM'],
  ['image/vnd.microsoft.icon', '\0\0\x01\0'],
  ['image/tiff', 'II*\0'],
  ['image/tiff', 'MM\0*'],
  ['application/pdf', '%PDF-'],
  ['application/gzip', '\x1f\x8b'],
  ['application/zstd', '\x28\xb5\x2f\xfd'],
  ['application/x-bzip2', 'BZh'],
  ['application/x-xz', '\xfd7zXZ\0'],
  ['application/x-7z-compressed', "7z\xbc\xaf'\x1c"],
  ['application/wasm', '\0asm'],
  ['application/x-tar', 'ustar', 257],
  ['application/vnd.sqlite3', 'SQLite format 3\0'],
  ['audio/ogg', 'OggS'],
  ['audio/flac', 'fLaC'],
  ['audio/mpeg', 'ID3'],
  ['video/mp4', 'ftyp', 4],
  ['video/webm', '\x1aE\xdf\xa3'],
  ['font/woff', 'wOFF'],
  ['font/woff2', 'wOF2'],
]

/** Formats that are a zip of something: their names tell them apart. */
const zips = new Map([
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['jar', 'application/java-archive'],
  ['epub', 'application/epub+zip'],
])

/** How far git itself looks for a NUL. */
const sample = 8_000

/**
 * The media type of a file. `text/plain; charset=utf-8` for every text, also one of another type, so that no browser takes
 * it for a page: text is what has no NUL in its first 8,000 bytes (git’s own rule) and is UTF-8 there. All else is told by
 * its first bytes, or is `application/octet-stream`. Pure.
 */
export function contentType(name: string, content: Buffer): string {
  // before the signatures: a text may begin like anything
  if (isText(content)) return 'text/plain; charset=utf-8'
  const head = content.toString('latin1', 0, 300)
  const found = signatures.find(([, bytes, offset = 0]) => head.startsWith(bytes, offset))
  if (found) return found[0]
  if (head.startsWith('PK\x03\x04'))
    return zips.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '') ?? 'application/zip'
  return 'application/octet-stream'
}

function isText(content: Buffer): boolean {
  const head = content.subarray(0, sample)
  if (head.includes(0)) return false
  try {
    // a letter that the end of the sample cuts in two is none that is wrong
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: content.length > sample })
    return true
  } catch {
    return false
  }
}
