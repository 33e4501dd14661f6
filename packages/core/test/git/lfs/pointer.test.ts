import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLfsPointer } from '../../../src/git/lfs/pointer.ts'

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393'
const version = 'version https://git-lfs.github.com/spec/v1'
const read = (...lines: string[]) => parseLfsPointer(Buffer.from(lines.map((line) => `${line}\n`).join('')))

describe('parseLfsPointer', () => {
  it('reads the example of the specification', () => {
    expect(read(version, `oid sha256:${oid}`, 'size 12345')).toEqual({ oid, size: 12_345 })
  })

  it.each([
    ['an older version', ['version https://hawser.github.com/spec/v1', `oid sha256:${oid}`, 'size 1']],
    ['an extension', [version, `ext-0-foo sha256:${oid}`, `oid sha256:${oid}`, 'size 1']],
    ['line ends of another system', [`${version}\r`, `oid sha256:${oid}\r`, 'size 1\r']],
    ['no line end at the end, and blank space', [version, `oid sha256:${oid}`, 'size 1  ']],
  ])('reads a pointer with %s', (_what, lines) => {
    expect(read(...lines)).toEqual({ oid, size: 1 })
  })

  it.each([
    ['keys out of order', [version, 'size 1', `oid sha256:${oid}`]],
    [
      'a version that nobody knows',
      ['version https://git-lfs.github.com/spec/v2', `oid sha256:${oid}`, 'size 1'],
    ],
    ['another hash', [version, `oid sha1:${oid}`, 'size 1']],
    ['a short oid', [version, `oid sha256:${oid.slice(1)}`, 'size 1']],
    ['an oid in capitals', [version, `oid sha256:${oid.toUpperCase()}`, 'size 1']],
    ['no oid', [version, 'size 1']],
    ['no size', [version, `oid sha256:${oid}`]],
    ['a size below zero', [version, `oid sha256:${oid}`, 'size -1']],
    ['a key twice', [version, `oid sha256:${oid}`, 'size 1', 'size 2']],
    ['an unknown key', [version, 'nothing here', `oid sha256:${oid}`, 'size 1']],
    ['the version further down', [`oid sha256:${oid}`, 'size 1', version]],
    [
      'more than 1,023 bytes',
      [version, ...Array(9).fill(''), `oid sha256:${oid}`, `size ${' '.repeat(1_000)}1`],
    ],
    ['nothing in it', []],
  ])('takes no blob for a pointer that has %s', (_what, lines) => {
    expect(read(...lines)).toBeUndefined()
  })

  it('throws at no bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_200 }), (bytes) => {
        parseLfsPointer(Buffer.concat([Buffer.from(`${version}\n`), bytes]))
      }),
    )
  })
})
