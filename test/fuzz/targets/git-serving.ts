import { protocolVersion } from '../../../packages/core/src/git/serving/protocol-version.ts'
import {
  type AskedRefs,
  PushCommandReader,
} from '../../../packages/core/src/git/serving/push-command-reader.ts'
import { type MovedRef, parseMovedRefs } from '../../../packages/core/src/git/serving/push-commands.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, inPieces, piecesOf, repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'
import { longOid, oid, otherOid } from './git-fixtures.ts'

const zero = '0'.repeat(40)
const packet = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}
const list = (...lines: readonly string[]): Buffer =>
  Buffer.concat([...lines.map(packet), Buffer.from('0000PACK')])

interface InPieces {
  readonly whole: Buffer
  readonly size: number
}
type AskedReader = (chunks: readonly Buffer[]) => { readonly asked: AskedRefs; readonly isDone: boolean }

const readAsked: AskedReader = (chunks) => {
  const reader = new PushCommandReader()
  let isDone = false
  for (const chunk of chunks) isDone = reader.push(chunk)
  return { asked: reader.asked, isDone }
}

/** The packets of a list, read in another way: `undefined` where it goes on. */
function packetsOf(bytes: Buffer): string[] | undefined {
  const packets: string[] = []
  for (let at = 0; ; ) {
    const digits = bytes.toString('latin1', at, at + 4)
    if (digits.length < 4) return undefined
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number(`0x${digits}`) : 0
    if (length < 4) return packets
    if (at + length > bytes.length) return undefined
    packets.push(bytes.toString('utf8', at + 4, at + length))
    at += length
  }
}

const asked = fuzzTarget<InPieces, AskedReader>({
  name: 'the refs that a push asks for',
  inputs: inPieces(
    bytesNear(
      [
        list(
          `${zero} ${oid} refs/heads/main\0report-status agent=git/2.39`,
          `${oid} ${otherOid} refs/tags/v1\n`,
        ),
        list(`shallow ${oid}`, `${oid} ${zero} refs/heads/gone`),
        list(`${longOid} ${longOid} refs/heads/é`),
        Buffer.from('0000'),
      ],
      [packet(`${zero} ${oid} refs/heads/x`), packet(''), packet('push-cert'), Buffer.from('ffff')],
    ),
  ),
  parser: readAsked,
  check(read, { size, whole }) {
    const { asked: found, isDone } = read(piecesOf(whole, size))
    const packets = packetsOf(whole)
    same(isDone, packets !== undefined, 'the list has an end')
    if (packets === undefined) return 'refused'
    const wanted = packets.filter((text) => !text.startsWith('shallow '))
    same(found.total, wanted.length, 'whatever is not understood counts as a ref')
    promise(found.refs.length <= 100, 'no more than a hundred are kept')
    for (const { new: after, old, ref } of found.refs) {
      const line = `${old ?? ''} ${after ?? ''} ${ref}`.trim()
      promise(
        wanted.some((text) => line.split(' ').every((word) => text.includes(word))),
        'a ref that was asked for',
      )
      promise(!/[\0\n]/.test(ref), 'a ref ends where its line does')
    }
    return verdict(found.total > 0)
  },
  long: () =>
    ['0004', '0008abcd', 'ffff', '00'].map((text) => ({
      whole: Buffer.from(text.repeat(Math.ceil(200_000 / text.length))),
      size: 4_096,
    })),
  broken: {
    'reads on behind the end': (chunks) => {
      const { asked: found } = readAsked(chunks)
      return { asked: { ...found, total: found.total + 1 }, isDone: true }
    },
    'counts what it understands': (chunks) => {
      const { asked: found, isDone } = readAsked(chunks)
      return { asked: { refs: found.refs, total: found.refs.length }, isDone }
    },
    'forgets what came before': (chunks) => readAsked(chunks.slice(-1)),
  },
})

type MovedReader = (text: string) => readonly MovedRef[]

const moved = fuzzTarget<string, MovedReader>({
  name: 'the refs that a push has moved',
  inputs: textNear(
    [`${zero} ${oid} refs/heads/main\n${oid} ${zero} refs/tags/a b\n`, `${longOid} ${longOid} refs/x\n`],
    [oid, zero, ' ', '\n', 'refs/heads/'],
  ),
  parser: parseMovedRefs,
  check(parse, text) {
    const found = parse(text)
    for (const { new: after, old, ref } of found) {
      promise(
        [old, after].every((one) => one === null || /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(one)),
        'oids',
      )
      promise(![old, after].some((one) => one !== null && /^0+$/.test(one)), 'nothing is null')
      promise(
        text.split(/[\n\0]/).some((line) => line.endsWith(` ${ref}`)),
        'a ref is a whole line',
      )
    }
    return verdict(found.length > 0)
  },
  long: () => repeated([oid, `${oid} `, '\n', 'a']),
  broken: {
    'takes zeros for a commit': (text) =>
      parseMovedRefs(text).map((one) => ({ ...one, old: one.old ?? zero })),
    'ends a name at a space': (text) =>
      parseMovedRefs(text).map((one) => ({ ...one, ref: one.ref.slice(0, one.ref.search(/ |.$/)) })),
  },
})

type VersionReader = (wish: string) => string | undefined

const version = fuzzTarget<string, VersionReader>({
  name: 'Git-Protocol',
  inputs: textNear(
    ['version=2', 'version=1:version=2', 'object-format=sha1:version=1', 'version=3'],
    ['version=', ':', '2', '1'],
  ),
  parser: protocolVersion,
  check(read, wish) {
    const found = read(wish)
    promise(
      found === undefined || found === 'version=2' || found === 'version=1',
      'git is told a version alone',
    )
    if (found !== undefined) promise(wish.split(':').includes(found), 'and one that was asked for')
    return verdict(found !== undefined)
  },
  long: () => repeated(['version=2:', ':', 'a']),
  broken: {
    'hands it on': (wish) => (wish.includes('version') ? wish : undefined),
    'takes any version': (wish) => /version=\d+/.exec(wish)?.[0],
  },
})

export const gitServingTargets: readonly AnyFuzzTarget[] = [asked, moved, version]
