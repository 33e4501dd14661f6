import {
  type LfsAction,
  messageOf,
  type ReadBatch,
  readBatch,
} from '../../../packages/core/src/git/lfs/batch.ts'
import { type LfsEndpoint, parseSshAnswer } from '../../../packages/core/src/git/lfs/endpoint.ts'
import { type LfsPointer, parseLfsPointer } from '../../../packages/core/src/git/lfs/pointer.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { longOid } from './git-fixtures.ts'

const spec = 'version https://git-lfs.github.com/spec/v1'
const pointer = `${spec}\noid sha256:${longOid}\nsize 12345\n`

type PointerParser = (blob: Buffer) => LfsPointer | undefined

const pointers = fuzzTarget<Buffer, PointerParser>({
  name: 'LFS pointers',
  inputs: bytesNear(
    [
      pointer,
      `${spec}\next-0-foo sha256:${longOid}\noid sha256:${longOid}\nsize 0\n`,
      pointer.replaceAll('\n', '\r\n'),
      `  ${pointer}`,
    ].map((text) => Buffer.from(text)),
    ['\n', '\r\n', 'size 1\n', 'oid sha256:', longOid, 'ext-1-a x\n', 'version '].map((text) =>
      Buffer.from(text),
    ),
  ),
  parser: parseLfsPointer,
  check(parse, blob) {
    const found = parse(blob)
    if (found === undefined) return 'refused'
    const { oid, size } = found
    promise(/^[0-9a-f]{64}$/.test(oid) && Number.isSafeInteger(size) && size >= 0, 'an oid and a size')
    promise(blob.length < 1_024, 'a pointer is short')
    const lines = blob.toString('utf8').trim().split(/\r?\n/)
    const keys = lines.map((line) => line.split(' ')[0]!)
    same(keys, ['version', ...keys.slice(1).sort()], 'version first, the other keys in order')
    same(new Set(keys).size, keys.length, 'each key once')
    promise(lines.includes(`oid sha256:${oid}`), 'the oid that stands there')
    same(
      parse(Buffer.from(`${spec}\noid sha256:${oid}\nsize ${size}\n`)),
      found,
      'written anew it says the same',
    )
    return 'accepted'
  },
  long: () => repeated(['a', '\n', ' ', 'x 1\n'], { before: `${spec}\n` }).map((text) => Buffer.from(text)),
  broken: {
    'takes keys in any order': (blob) => {
      const text = blob.toString()
      const [, oid] = /oid sha256:([0-9a-f]{64})$/m.exec(text) ?? []
      const [, size] = /size (\d{1,15})$/m.exec(text) ?? []
      return oid && size ? { oid, size: Number(size) } : undefined
    },
    'takes a size of any length': (blob) => {
      const found = parseLfsPointer(blob)
      return found && { ...found, size: found.size * 1e12 }
    },
  },
})

const answer = {
  transfer: 'basic',
  objects: [
    {
      oid: longOid,
      size: 3,
      actions: {
        download: {
          href: 'https://store.example/x',
          header: { Authorization: 'Basic eA==' },
          expires_in: 60,
        },
        verify: { href: 'https://h.example/verify' },
      },
    },
    { oid: longOid, size: 4, error: { code: 404, message: 'Object does not exist' } },
  ],
}
const answers = [
  JSON.stringify(answer),
  JSON.stringify({ objects: [] }),
  JSON.stringify({ ...answer, transfer: 'custom' }),
  '{"message":"no"}',
]
const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  'null',
  '"__proto__":',
  '"href":',
  '"actions":null',
  '"oid":7',
  '1e999',
  '\\u0000',
  '"Header\\r\\n"',
]
const ours = 'http://127.0.0.1:1/relay/'

type BatchParser = (text: string, addressOf: (action: LfsAction) => string) => ReadBatch

const batches = fuzzTarget<string, BatchParser>({
  name: 'answers of an LFS server',
  inputs: textNear(answers, jsonPieces),
  parser: readBatch,
  check(read, text) {
    const actions: LfsAction[] = []
    const found = answerOf(() => read(text, (action) => `${ours}${actions.push(action)}`), 'LFS_FAILED')
    if (found === undefined) return 'refused'
    const told = JSON.parse(found.answer) as typeof answer
    const hrefs = told.objects.flatMap(({ actions: all }) => Object.values(all ?? {}).map(({ href }) => href))
    promise(
      hrefs.every((href) => href.startsWith(ours)),
      'git-lfs is told addresses of ours alone',
    )
    same(hrefs.length, actions.length, 'one address for each action')
    promise(!found.answer.includes('Basic eA=='), 'git-lfs is told no login')
    for (const { headers } of actions) {
      for (const [name, value] of Object.entries(headers)) {
        promise(/^[\w-]+$/.test(name) && !/[^\t\x20-\x7e]/.test(value), 'a header can be sent')
      }
    }
    for (const { oid, message } of found.errors)
      promise(typeof oid === 'string' && typeof message === 'string', 'errors are text')
    return 'accepted'
  },
  long: () => [
    ...repeated(['[', '{"a":', ' ', '{}', '{"oid":"a"},'], { before: '{"objects":[', after: ']}' }),
    answers[0]!,
  ],
  broken: {
    'hands the answer on': (text) => {
      JSON.parse(text)
      return { answer: text, errors: [] }
    },
    'takes any header': (text, addressOf) =>
      readBatch(text, (action) => addressOf({ ...action, headers: { ...action.headers, 'x\r\ny': '' } })),
    'lets errors of JSON out': (text, addressOf) => {
      JSON.parse(text)
      return readBatch(text, addressOf)
    },
  },
})

type SshParser = (text: string) => LfsEndpoint
const sshAnswers = [
  '{"href":"https://h.example/x/","header":{"Authorization":"RemoteAuth x"},"expires_in":300}',
  '{"href":7}',
  'Welcome!\n{}',
]

const sshAnswer = fuzzTarget<string, SshParser>({
  name: 'answers of git-lfs-authenticate',
  inputs: textNear(sshAnswers, jsonPieces),
  parser: parseSshAnswer,
  check(parse, text) {
    const found = answerOf(() => parse(text), 'LFS_FAILED')
    if (found === undefined) return 'refused'
    promise(
      typeof found.url === 'string' && !found.url.endsWith('/'),
      'an address without a slash at its end',
    )
    for (const [name, value] of Object.entries(found.headers)) {
      promise(/^[a-z0-9_-]+$/.test(name) && !/[^\t\x20-\x7e]/.test(value), 'a header can be sent')
    }
    return 'accepted'
  },
  long: () => repeated(['/', '[', ' '], { before: '{"href":"', after: 'x"}' }),
  broken: {
    'takes what is no text': (text) => ({ url: (JSON.parse(text) as { href: string }).href, headers: {} }),
    'keeps headers as they come': (text) => ({ ...parseSshAnswer(text), headers: { 'X Y': '\n' } }),
  },
})

type MessageReader = (body: string) => string

const messages = fuzzTarget<string, MessageReader>({
  name: 'error messages of an LFS server',
  inputs: textNear(
    [
      '{"message":"Not enough storage"}',
      '{"message":"a\\nb\\u001b[31m\\u202e"}',
      '<html>',
      '{"message":7}',
      'null',
    ],
    jsonPieces,
  ),
  parser: messageOf,
  check(read, body) {
    const message = read(body)
    promise(
      message.length <= 200 && !/[^\P{C}]|[^\S ]/u.test(message),
      'one short line that is safe to print',
    )
    return verdict(message !== '')
  },
  long: () => repeated([' ', 'a', '\\n', '\\u0000'], { before: '{"message":"', after: '"}' }),
  broken: {
    'prints it as it is': (body) => String((JSON.parse(body) as { message?: unknown } | null)?.message ?? ''),
    'quotes a page': (body) => messageOf(body) || body.slice(0, 200),
  },
})

export const lfsTargets: readonly AnyFuzzTarget[] = [pointers, batches, sshAnswer, messages]
