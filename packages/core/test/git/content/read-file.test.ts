import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { contentType } from '../../../src/git/content/content-type.ts'
import { largestFile, readFile } from '../../../src/git/content/read-file.ts'
import { hostileValues } from '../../contract/hostile-values.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
beforeAll(async () => {
  world = new ContentWorld()
  source = await world.open()
})
afterAll(() => world[Symbol.dispose]())

const read = (path: string, ref?: string) => readFile(source, { path, ref }, undefined)

describe('a file', () => {
  it.each([
    ['plain.txt', '100644', 'text/plain; charset=utf-8'],
    ['crlf.txt', '100644', 'text/plain; charset=utf-8'],
    ['binary.bin', '100644', 'application/octet-stream'],
    ['empty', '100644', 'text/plain; charset=utf-8'],
    ['exec.sh', '100755', 'text/plain; charset=utf-8'],
    ['with space/ü 🎉.txt', '100644', 'text/plain; charset=utf-8'],
    ['with space/quote"s', '100644', 'text/plain; charset=utf-8'],
    ['-dash', '100644', 'text/plain; charset=utf-8'],
    [':(glob)**', '100644', 'text/plain; charset=utf-8'],
    ['dir/z', '100644', 'text/plain; charset=utf-8'],
  ])('is told byte by byte: %s', async (path, mode, content_type) => {
    const bytes = world.bytes('cat-file', 'blob', `main:${path}`)
    expect(await read(path, 'main')).toEqual({
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      oid: world.oid(`main:${path}`),
      mode,
      size_bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      content_type,
      encoding: 'base64',
      content: bytes.toString('base64'),
      commit_oid: world.oid('main'),
      last_commit_oid: world.git('log', '-1', '--format=%H', 'main', '--', path),
    })
  })

  it('is, where it is a link, what that points at', async () => {
    const { content, mode } = await read('link')
    expect(mode).toBe('120000')
    expect(Buffer.from(content, 'base64').toString()).toBe('dir/inner/deep.txt')
  })

  it('is read of any revision', async () => {
    const size = async (ref: string) => (await read('plain.txt', ref)).size_bytes
    expect(await size('main')).toBe(14)
    expect(await size('v1')).toBe(7)
    expect(await size(world.oid('feature/x').slice(0, 7))).toBe(7)
  })

  it.each(['dir', 'sub', 'nope', 'link/inner', 'plain.txt/x', 'dir/inner/gone', 'PLAIN.txt', '*.txt'])(
    'is not %j, which is none',
    async (path) => {
      await expect(read(path)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND', details: { field: 'path' } })
    },
  )

  it('has no path that leads elsewhere', async () => {
    for (const path of [
      '',
      '/etc/passwd',
      'dir/',
      'dir//z',
      './plain.txt',
      'dir/../plain.txt',
      'a\nb',
      '.git/config',
    ]) {
      await expect(read(path)).rejects.toMatchObject({ code: 'PATH_INVALID', details: { field: 'path' } })
    }
    for (const { value, expect: outcome } of hostileValues('file_path')) {
      if (outcome !== 'reject') continue
      await expect(read(value, 'apart')).rejects.toMatchObject({
        code: expect.stringMatching(/^PATH_(?:INVALID|NOT_FOUND)$/),
      })
    }
  })

  it('is refused over 64 MiB', async () => {
    const [large, more] = [9 * 1024 * 1024, largestFile + 1].map((size) =>
      world.store('blob', Buffer.alloc(size, 'x')),
    )
    const tree = execFileSync('git', ['mktree'], {
      cwd: world.path,
      input: `100644 blob ${large}\tlarge\n100644 blob ${more}\tmore\n`,
      encoding: 'utf8',
    }).trim()
    const commit = world.store('commit', `tree ${tree}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nm\n`)
    expect((await read('large', commit)).size_bytes).toBe(9 * 1024 * 1024)
    await expect(read('more', commit)).rejects.toMatchObject({
      code: 'CONTENT_TOO_LARGE',
      details: { size_bytes: largestFile + 1 },
    })
  })
})

describe('the type of a file', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1')

  it.each([
    ['page.html', '<html><script>alert(1)</script>', 'text/plain; charset=utf-8'],
    ['image.svg', '<svg onload="x"/>', 'text/plain; charset=utf-8'],
    ['fake.png', 'no picture', 'text/plain; charset=utf-8'],
    ['BM.txt', 'BM is how a bitmap begins', 'text/plain; charset=utf-8'],
    ['a', '\x89PNG\r\n\x1a\n\0', 'image/png'],
    ['a', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['a', 'RIFF\0\0\0\0WEBP', 'image/webp'],
    ['a.pdf', '%PDF-1.7\0', 'application/pdf'],
    ['a.zip', 'PK\x03\x04\0', 'application/zip'],
    ['a.DOCX', 'PK\x03\x04\0', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['constructor.constructor', 'PK\x03\x04\0', 'application/zip'],
    ['latin1.txt', 'Gr\xfc\xdfe', 'application/octet-stream'],
    ['utf16.txt', 'a\0b\0', 'application/octet-stream'],
  ])('of %s is told by its bytes', (name, content, type) => {
    expect(contentType(name, bytes(content))).toBe(type)
  })

  it('is text also where the look at it ends in the middle of a letter', () => {
    expect(contentType('a', Buffer.from(`${'x'.repeat(7_999)}ü${'x'.repeat(10)}`))).toMatch(/^text/)
    expect(contentType('a', Buffer.from('ü').subarray(0, 1))).toBe('application/octet-stream')
  })
})
