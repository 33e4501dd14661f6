import { describe, expect, it } from 'vitest'
import { CappedBuffer, TailBuffer } from '../../src/git/captured-output.ts'

describe('CappedBuffer', () => {
  it('keeps everything up to its cap, and nothing of what is longer', () => {
    const buffer = new CappedBuffer(4)
    expect(buffer.push(Buffer.from('ab'))).toBe(true)
    expect(buffer.push(Buffer.from('cd'))).toBe(true)
    expect(buffer.take().toString()).toBe('abcd')
    expect(buffer.push(Buffer.from('e'))).toBe(false)
    expect(buffer.take()).toHaveLength(0)
  })
})

describe('TailBuffer', () => {
  it.each([
    ['', false],
    ['abcd', false],
    ['abcde', true],
    ['abcdefghijklmnop', true],
  ])('keeps the end of %j, in chunks of every size', (text, isCut) => {
    for (let size = 1; size <= text.length + 1; size += 1) {
      const buffer = new TailBuffer(4)
      for (let at = 0; at < text.length; at += size) buffer.push(Buffer.from(text.slice(at, at + size)))
      expect(buffer.isCut).toBe(isCut)
      expect(buffer.take()).toBe(text.slice(-4))
    }
  })
})
