import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protocolVersion } from '../../../src/git/serving/protocol-version.ts'
import { PushCommandReader } from '../../../src/git/serving/push-command-reader.ts'
import { PushGate } from '../../../src/git/serving/push-gate.ts'

const packet = (text: string): Buffer => {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body])
}
const flush = Buffer.from('0000')
const zero = '0'.repeat(40)
const one = '1'.repeat(40)

const hex = (length: number) =>
  fc
    .array(fc.constantFrom('0', 'a', 'F'), { minLength: length, maxLength: length })
    .map((all) => all.join(''))

describe('PushCommandReader', () => {
  it('reads every ref, however the bytes come in, and stops at the end of the list', () => {
    const update = fc.record({
      old: hex(40),
      new: hex(40),
      ref: fc.constantFrom('refs/heads/a', 'refs/tags/é'),
    })
    fc.assert(
      fc.property(fc.array(update, { maxLength: 5 }), fc.array(fc.nat(300)), (updates, cuts) => {
        const list = updates.map(({ old, new: oid, ref }, index) =>
          packet(`${old} ${oid} ${ref}${index === 0 ? '\0report-status' : ''}${index % 2 ? '\n' : ''}`),
        )
        const bytes = Buffer.concat([packet(`shallow ${one}`), ...list, flush, Buffer.from('PACK0006ab')])
        const ends = [...cuts.filter((at) => at < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const reader = new PushCommandReader()
        let from = 0
        let isDone = false
        for (const end of ends) {
          isDone = reader.push(bytes.subarray(from, end))
          from = end
        }
        expect(isDone).toBe(true)
        expect(reader.asked.total).toBe(updates.length)
        const oid = (text: string) => (/^0+$/.test(text) ? null : text.toLowerCase())
        expect(reader.asked.refs).toEqual(
          updates.map(({ old, new: after, ref }) => ({ ref, old: oid(old), new: oid(after) })),
        )
      }),
    )
  })

  it('takes nothing but a list without any packet for a push of nothing', () => {
    for (const [bytes, total] of [
      [flush, 0],
      [Buffer.from('0001'), 0],
      [Buffer.from('zzzz'), 0],
      [Buffer.concat([packet(`shallow ${one}`), flush]), 0],
      [Buffer.concat([packet('push-cert\0x'), flush]), 1],
      [Buffer.concat([packet('anything else'), flush]), 1],
      [Buffer.concat([packet(''), flush]), 1],
    ] as const) {
      const reader = new PushCommandReader()
      expect(reader.push(bytes)).toBe(true)
      expect(reader.asked.total, bytes.toString()).toBe(total)
    }
  })

  it('counts many refs, and remembers a hundred', () => {
    const reader = new PushCommandReader()
    for (let index = 0; index < 1_000; index += 1) reader.push(packet(`${zero} ${one} refs/tags/${index}`))
    expect(reader.asked).toMatchObject({ total: 1_000 })
    expect(reader.asked.refs).toHaveLength(100)
  })
})

describe('a list of refs', () => {
  it('of more than 32 MiB is refused, whatever its packets are, and one of less is not', () => {
    for (const text of [`shallow ${one}`.padEnd(60_000), `${zero} ${one} refs/tags/`.padEnd(60_000, 'x')]) {
      const large = packet(text)
      const fitting = Math.floor((32 * 1024 * 1024) / large.length)
      const reader = new PushCommandReader()
      for (let index = 0; index < fitting; index += 1) expect(reader.push(large)).toBe(false)
      expect(() => reader.push(large)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }))
    }
  })

  it('does not count what comes after it', () => {
    const reader = new PushCommandReader()
    const pack = Buffer.alloc(33 * 1024 * 1024)
    expect(reader.push(Buffer.concat([packet(`${zero} ${one} refs/tags/a`), flush, pack]))).toBe(true)
    expect(reader.push(pack)).toBe(true)
  })
})

describe('PushGate', () => {
  const list = packet(`${zero} ${one} refs/heads/a\0report-status`)

  async function* inputOf(...chunks: Buffer[]) {
    yield* chunks
  }

  it('lets git have the end of the list when it is opened, and not before', async () => {
    const gate = new PushGate(inputOf(list, flush, Buffer.from('PACK')))
    const chunks = gate[Symbol.asyncIterator]()
    expect((await chunks.next()).value).toEqual(list)
    let isOpen = false
    const next = chunks.next().then(({ value }) => {
      expect(isOpen).toBe(true)
      return value
    })
    expect(await gate.asked).toMatchObject({ total: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    isOpen = true
    const passed: string[] = []
    gate.open(async () => void passed.push('asked'))
    expect(await next).toEqual(flush)
    expect((await chunks.next()).value).toEqual(Buffer.from('PACK'))
    expect(passed).toEqual(['asked', 'asked'])
  })

  it('lets nothing more through once it is told so', async () => {
    const gate = new PushGate(inputOf(list, flush, Buffer.from('PACK')))
    const through: unknown[] = []
    let asked = 0
    gate.open(async () => {
      asked += 1
      if (asked === 2) throw new Error('removed')
    })
    const reading = (async () => {
      for await (const chunk of gate) through.push(chunk)
    })()
    await expect(reading).rejects.toThrow('removed')
    expect(through).toEqual([list, flush])
  })

  it('says that nothing is asked where the client only looks, or breaks off', async () => {
    for (const chunks of [[flush], [list], []]) {
      const gate = new PushGate(inputOf(...chunks))
      for await (const _ of gate) void _
      expect(await gate.asked).toBeUndefined()
    }
  })
})

describe('protocolVersion', () => {
  it('is one of the versions that git knows, or none', () => {
    expect(protocolVersion('version=2')).toBe('version=2')
    expect(protocolVersion('x:version=1:y=z')).toBe('version=1')
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (wish) => {
        expect([undefined, 'version=1', 'version=2']).toContain(protocolVersion(wish))
      }),
    )
    for (const wish of [undefined, null, '', 'version=2 ', 'Version=2', `version=2:${'x'.repeat(300)}`]) {
      expect(protocolVersion(wish)).toBeUndefined()
    }
  })
})
