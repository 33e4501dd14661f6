import { describe, expect, it } from 'vitest'
import type { GitProgress } from '../../../src/git/command.ts'
import { ProgressReader, parseProgressLine } from '../../../src/git/parsers/progress.ts'

// Captured from `git fetch --progress` and `git push --progress`, git 2.39.5.
const captured = [
  'remote: Enumerating objects: 144, done.        \n',
  'remote: Counting objects:   0% (1/144)        \rremote: Counting objects: 100% (144/144), done.        \n',
  'remote: Total 144 (delta 0), reused 0 (delta 0), pack-reused 0        \n',
  'Receiving objects:   0% (1/144)\rReceiving objects: 100% (144/144), 11.21 KiB | 5.60 MiB/s, done.\n',
  'Resolving deltas:  50% (1/2)\r',
  'From file:///srv/git/a\n * [new branch] main -> x\n',
].join('')

const expected: GitProgress[] = [
  { stage: 'Enumerating objects', done: 144 },
  { stage: 'Counting objects', percent: 0, done: 1, total: 144 },
  { stage: 'Counting objects', percent: 100, done: 144, total: 144 },
  { stage: 'Receiving objects', percent: 0, done: 1, total: 144 },
  { stage: 'Receiving objects', percent: 100, done: 144, total: 144, bytes: 11_479 },
  { stage: 'Resolving deltas', percent: 50, done: 1, total: 2 },
]

describe('ProgressReader', () => {
  it.each([1, 7, 64, 10_000])('reads a meter in chunks of %d characters', (size) => {
    const seen: GitProgress[] = []
    const reader = new ProgressReader((progress) => void seen.push(progress))
    for (let at = 0; at < captured.length; at += size) reader.push(captured.slice(at, at + size))
    expect(seen).toEqual(expected)
  })

  it('keeps no more than one line of a text without line ends', () => {
    const seen: GitProgress[] = []
    const reader = new ProgressReader((progress) => void seen.push(progress))
    for (let number = 0; number < 1_000; number += 1) reader.push('x'.repeat(10_000))
    reader.push('\nReceiving objects: 100% (2/2)\r')
    expect(seen).toEqual([{ stage: 'Receiving objects', percent: 100, done: 2, total: 2 }])
  })
})

it.each([
  '',
  'fatal: early EOF',
  'remote: hello',
  '1: 2',
  'Receiving objects: x% (1/2)',
  'To https://host:443/x',
])('is no line of a meter: %j', (text) => {
  expect(parseProgressLine(text)).toBeUndefined()
})

describe('the bytes of a meter', () => {
  // The first five captured from git 2.39.5; strbuf_humanise in git's strbuf.c writes the others.
  it.each([
    ['Writing objects: 100% (3/3), 241 bytes | 241.00 KiB/s, done.', 241],
    ['Writing objects: 100% (12/12), 732 bytes | 732.00 KiB/s, done.', 732],
    ['Receiving objects: 100% (144/144), 11.21 KiB | 5.60 MiB/s, done.', 11_479],
    ['Writing objects: 100% (14/14), 8.59 MiB | 23.14 MiB/s, done.', 9_007_268],
    ['Writing objects:  92% (13/14)', undefined],
    ['Receiving objects:  42% (84/200), 1.20 MiB | 3.40 MiB/s', 1_258_291],
    ['Receiving objects:  42% (84/200), 2.50 GiB | 3.40 MiB/s', 2_684_354_560],
    ['Receiving objects: 7, 1 byte | 1 byte/s', 1],
    ['Receiving objects:  42% (84/200), 1.20 PiB | 3.40 MiB/s', undefined],
    ['Receiving objects:  42% (84/200), done.', undefined],
  ])('%s', (text, bytes) => {
    expect(parseProgressLine(text)).toMatchObject({ stage: /^\w+ objects/.exec(text)?.[0] })
    expect(parseProgressLine(text)?.bytes).toBe(bytes)
  })
})
