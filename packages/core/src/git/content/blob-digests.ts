import { createHash, type Hash } from 'node:crypto'
import { GitferryError } from '../../errors/index.ts'
import type { GitCommand, GitRunOptions } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import type { ByteCache } from './byte-cache.ts'
import type { ContentSource } from './content-source.ts'

/** Longer than any header line: an oid, a type and a size. In bytes. */
const longestHeader = 256
const header = /^([0-9a-f]+) (?:(blob|tree|commit|tag) (\d+)|missing)$/

const lineFeed = 0x0a

/** Reads what `git cat-file --batch` prints as it comes, and hashes each blob; holds no more than a header of it. */
class BatchDigester {
  readonly digests = new Map<string, string>()
  #line = ''
  #object: { readonly oid: string; readonly hash: Hash | undefined } | undefined
  /** Bytes of the object that are still to come, and the line feed after it. */
  #left = 0

  push(chunk: Buffer): void {
    for (let start = 0; start < chunk.length; ) {
      if (this.#object === undefined) start = this.#readHeader(chunk, start)
      else start = this.#readBytes(chunk, start)
    }
  }

  #readHeader(chunk: Buffer, start: number): number {
    const end = chunk.indexOf(lineFeed, start)
    this.#line += chunk.toString('latin1', start, end < 0 ? chunk.length : end)
    if (this.#line.length > longestHeader)
      throw new GitferryError('GIT_FAILED', 'git cat-file printed no header.')
    if (end < 0) return chunk.length
    const [, oid = '', type, size] = header.exec(this.#line) ?? []
    if (oid === '') throw new GitferryError('GIT_FAILED', 'git cat-file printed no header.')
    this.#line = ''
    if (type !== undefined) {
      this.#object = { oid, hash: type === 'blob' ? createHash('md5') : undefined }
      this.#left = Number(size) + 1
    }
    return end + 1
  }

  #readBytes(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + this.#left)
    const bytes = chunk.subarray(start, end)
    this.#left -= bytes.length
    const { oid, hash } = this.#object!
    hash?.update(this.#left === 0 ? bytes.subarray(0, -1) : bytes)
    if (this.#left === 0) {
      if (hash) this.digests.set(oid, hash.digest('hex'))
      this.#object = undefined
    }
    return end
  }
}

const batch = (oids: readonly string[]): GitCommand<void> => ({
  args: ['cat-file', '--batch'],
  stdin: oids.map((oid) => `${requireOid(oid)}\n`).join(''),
  parse: () => {},
})

/**
 * The MD5 of blobs, in hexadecimal, by their oids; not for safety, but because other APIs tell files apart by it. What is
 * no blob, or is not there, is left out. Their bytes pass by, and are never held; each is read once for as long as its
 * digest is remembered.
 * @throws GIT_*, ABORTED
 */
export async function blobDigests(
  source: ContentSource,
  oids: readonly string[],
  { cache, ...options }: GitRunOptions & { readonly cache: ByteCache },
): Promise<ReadonlyMap<string, string>> {
  const keyOf = (oid: string): string => `md5 ${source.repo.uuid} ${oid}`
  const found = new Map<string, string>()
  const missing = new Set<string>()
  for (const oid of oids) {
    const known = cache.get<string>(keyOf(oid))
    if (known === undefined) missing.add(oid)
    else found.set(oid, known)
  }
  if (missing.size === 0) return found
  const digester = new BatchDigester()
  const onOutput = (chunk: Buffer): boolean => {
    digester.push(chunk)
    return true
  }
  await source.run(batch([...missing]), { ...options, onOutput })
  for (const [oid, digest] of digester.digests) {
    found.set(oid, digest)
    cache.set(keyOf(oid), digest, 2 * (keyOf(oid).length + digest.length))
  }
  return found
}
