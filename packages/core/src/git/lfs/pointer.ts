/** What stands in the repository for one file that Git LFS keeps elsewhere. */
export interface LfsPointer {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly oid: string
  /** In bytes. */
  readonly size: number
}

/** A pointer is shorter than this, in bytes; what is not is no pointer. */
export const longestPointer = 1_024

/** The first two are what git-lfs wrote before its first release, and still reads. */
const versions = new Set([
  'http://git-media.io/v/2',
  'https://hawser.github.com/spec/v1',
  'https://git-lfs.github.com/spec/v1',
])
const oidForm = /^[0-9a-f]{64}$/
const keyForm = /^(?:ext-\d-\w+|oid|size)$/

export const isLfsOid = (text: string): boolean => oidForm.test(text)

/**
 * Reads the text of a blob as a pointer: `version` first, the other keys in order, each once
 * (github.com/git-lfs/git-lfs, docs/spec.md, version 1). Like git-lfs it forgives blank space around the whole.
 * Pure.
 *
 * @returns `undefined` when the blob is a file like another
 */
export function parseLfsPointer(blob: Buffer): LfsPointer | undefined {
  if (blob.length >= longestPointer) return undefined
  const text = blob.toString('utf8').trim()
  if (!text.startsWith('version ')) return undefined
  const values = new Map<string, string>()
  let last = ''
  for (const [index, line] of text.split('\n').entries()) {
    const [, key = '', value = ''] = /^([^ ]+) ([^\r]+)\r?$/.exec(line) ?? []
    const isInPlace = index === 0 ? key === 'version' : keyForm.test(key) && key > last
    if (!isInPlace) return undefined
    values.set(key, value)
    if (index > 0) last = key
  }
  const [, oid = ''] = /^sha256:(.*)$/.exec(values.get('oid') ?? '') ?? []
  const size = values.get('size') ?? ''
  if (!versions.has(values.get('version') ?? '') || !isLfsOid(oid)) return undefined
  return /^\d{1,15}$/.test(size) ? { oid, size: Number(size) } : undefined
}
