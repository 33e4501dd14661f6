import { createSecretKey } from 'node:crypto'
import { parseInput } from '@gitferry/core/errors'
import type { SecretBox } from '@gitferry/core/ports'
import fc from 'fast-check'
import { aesGcmSecrets } from '../../../packages/adapters/src/secrets/aes-gcm.ts'
import { canonicalJson, type Json } from '../../../packages/core/src/audit/canonical-json.ts'
import {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
} from '../../../packages/core/src/audit/checkpoint.ts'
import { id } from '../../../packages/core/src/contract/id.ts'
import { time } from '../../../packages/core/src/contract/time.ts'
import {
  readTokenText,
  type TokenText,
  tokenPrefix,
  writeTokenText,
} from '../../../packages/core/src/services/token-text.ts'
import { numberOrText } from '../../../packages/server/src/routes/request-values.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'

const box = aesGcmSecrets({ key: Buffer.alloc(32, 3) })
const foreignBox = aesGcmSecrets({ key: Buffer.alloc(32, 4) })
const place = 'credentials.secret.7'
const secretText = 'a password: é😀'
const sealed = [
  box.seal(secretText, place),
  box.seal('', place),
  foreignBox.seal(secretText, place),
  box.seal(secretText, 'credentials.secret.8'),
]

type Unsealer = SecretBox['unseal']

const seals = fuzzTarget<string, Unsealer>({
  name: 'sealed values',
  inputs: textNear(sealed, ['.', 'A', '=', 'v1', 'v2', '-', '_', '+']),
  parser: (text, associated) => box.unseal(text, associated),
  check(unseal, text) {
    const found = answerOf(() => unseal(text, place), 'SECRET_UNREADABLE')
    if (found === undefined) return 'refused'
    // base64url has spare bits at its end: more than one text stands for the same bytes
    promise([secretText, ''].includes(found), 'what was sealed, or nothing')
    same(
      answerOf(() => unseal(text, `${place}0`), 'SECRET_UNREADABLE'),
      undefined,
      'it opens in its own place alone',
    )
    return 'accepted'
  },
  long: () => repeated(['A', '.', 'v1.'], { before: sealed[0]!.slice(0, 32) }),
  broken: {
    'opens anywhere': (text, associated) => {
      try {
        return box.unseal(text, associated)
      } catch {
        return box.unseal(text, place)
      }
    },
    'answers what it has by then': (text, associated) => {
      try {
        return box.unseal(text, associated)
      } catch {
        return Buffer.from(text.split('.')[3] ?? '', 'base64url').toString()
      }
    },
  },
})

const key = createSecretKey(Buffer.alloc(32, 6))
const checkpoint: Checkpoint = {
  seq: 12,
  hash: 'a'.repeat(64),
  sealed_at: '2026-01-01T00:00:00.000Z',
  lost_at: null,
}
const checkpointLine = formatCheckpoint(key, checkpoint)

type CheckpointParser = (line: string) => Checkpoint | undefined

const checkpoints = fuzzTarget<string, CheckpointParser>({
  name: 'the line of the checkpoint',
  inputs: textNear(
    [
      checkpointLine,
      checkpointLine.replace('12', '11'),
      formatCheckpoint(createSecretKey(Buffer.alloc(32)), checkpoint),
      'null',
    ],
    ['"', '{', '}', '1', ',', '"seq":0,', '"mac":"', ' '],
  ),
  parser: (line) => parseCheckpoint(key, line),
  check(parse, line) {
    const found = parse(line)
    if (found === undefined) return 'refused'
    same(found, checkpoint, 'what was written with the key')
    return 'accepted'
  },
  long: () => repeated(['[', ' ', '{"a":', '"']),
  broken: {
    'believes the line': (line) => {
      try {
        const { mac: _, ...read } = JSON.parse(line) as Checkpoint & { mac?: string }
        return read
      } catch {
        return undefined
      }
    },
    'compares the beginning': (line) => {
      const mac = /"mac":"([0-9a-f]{4})/.exec(checkpointLine)?.[1]
      return line.includes(`"mac":"${mac}`)
        ? { ...checkpoint, seq: Number(/"seq":(\d+)/.exec(line)?.[1]) }
        : undefined
    },
  },
})

type Canonical = (value: Json) => string

const canonical = fuzzTarget<Json, Canonical>({
  name: 'canonical JSON',
  // -0 and 0 are one number in JSON
  inputs: fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
  parser: canonicalJson,
  check(write, value) {
    const text = write(value)
    same(JSON.parse(text), value, 'the same value')
    const shuffled = (inner: Json): Json =>
      typeof inner !== 'object' || inner === null
        ? inner
        : Array.isArray(inner)
          ? inner.map(shuffled)
          : Object.fromEntries(
              Object.entries(inner)
                .reverse()
                .map(([name, each]) => [name, shuffled(each as Json)]),
            )
    same(write(shuffled(value)), text, 'one text, in whatever order the keys came')
    return typeof value === 'object' ? 'accepted' : 'refused'
  },
  broken: {
    'keeps the order of keys': (value) => JSON.stringify(value),
    'sorts them at the top alone': (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))
        : JSON.stringify(value),
  },
})

type TokenReader = (text: string) => TokenText | undefined
const token = `gitferry_abcdefghijk1_${'A-_9'.repeat(10)}abc`

const tokens = fuzzTarget<string, TokenReader>({
  name: 'tokens',
  inputs: textNear(
    [token, `${token}x`, token.toUpperCase(), `Bearer ${token}`, `${token}\n`, ` ${token}`],
    ['_', '-', 'gitferry_', 'a', '=', '+'],
  ),
  parser: readTokenText,
  check(read, text) {
    const found = read(text)
    if (found === undefined) return 'refused'
    same(writeTokenText(found), text, 'both halves, and nothing else')
    promise(
      /^[a-z0-9]+$/.test(found.publicId) && Buffer.from(found.secret, 'base64url').length === 32,
      'halves of their lengths',
    )
    promise(!tokenPrefix(found.publicId).includes(found.secret), 'what is shown holds no secret')
    return 'accepted'
  },
  long: () => repeated(['_', 'a', 'gitferry_']),
  broken: {
    'forgives blanks': (text) => readTokenText(text.trim()),
    'takes what stands around it': (text) =>
      readTokenText(/gitferry_[a-z0-9]{12}_[\w-]{43}/.exec(text)?.[0] ?? ''),
    'takes a line feed at the end': (text) => readTokenText(text.replace(/[\r\n]+$/, '')),
  },
})

type TimeParser = (text: string) => string
const readTime: TimeParser = (text) => parseInput(time, text)

const times = fuzzTarget<string, TimeParser>({
  name: 'times of a query',
  inputs: textNear(
    [
      '2024-02-29',
      '2023-02-29',
      '2024-01-31 10:20:30',
      '2024-01-31T10:20:30Z',
      '2024-01-31T10:20:30.123+08:00',
      '2024-13-01',
      'now',
      '1700000000',
    ],
    ['-', ':', 'T', 'Z', ' ', '24', '60', '+14:00', '-99:99', '.'],
  ),
  parser: readTime,
  check(read, text) {
    const found = answerOf(() => read(text), 'INVALID_INPUT')
    if (found === undefined) return 'refused'
    same(new Date(found).toISOString(), found, 'RFC 3339 in UTC')
    same(read(found), found, 'one spelling')
    const day = /^(\d{4}-\d\d-\d\d)(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z?)?$/.exec(text)?.[1]
    if (day !== undefined) promise(found.startsWith(day), 'the day that was named')
    return 'accepted'
  },
  long: () => repeated(['0', '-', ':', '.0']),
  broken: {
    'takes what Date takes': (text) => {
      const at = new Date(text)
      return Number.isNaN(at.getTime()) ? readTime(text) : at.toISOString()
    },
    'hands it on': (text) => {
      readTime(text)
      return text
    },
  },
})

type IdReader = (text: string) => number

/** `Last-Event-ID`, `after`, `page`, the ids of paths: a positive number in its one spelling. */
const ids: IdReader = (text) => parseInput(id, numberOrText(text))
const numbers = fuzzTarget<string, IdReader>({
  name: 'numbers of a request',
  inputs: textNear(
    ['1', '42', '9007199254740991', '9007199254740992', '0', '01', '-1', '1e3', '0x10', ' 7'],
    ['0', '9', '.', '+', 'e', '_', '٣'],
  ),
  parser: ids,
  check(read, text) {
    const found = answerOf(() => read(text), 'INVALID_INPUT')
    const isOne = /^[1-9][0-9]{0,15}$/.test(text) && BigInt(text) <= 9_007_199_254_740_991n
    same(found === undefined, !isOne, `${JSON.stringify(text)} is a number`)
    if (found === undefined) return 'refused'
    same(String(found), text, 'the number that was written')
    return 'accepted'
  },
  long: () => repeated(['1', '0', ' ']),
  broken: {
    'takes what Number takes': (text) => parseInput(id, Number(text)),
    'rounds what is too large': (text) => numberOrText(text),
  },
})

export const storedTargets: readonly AnyFuzzTarget[] = [seals, checkpoints, canonical, tokens, times, numbers]
