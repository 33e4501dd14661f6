import { describe, expect, it } from 'vitest'
import {
  auditQuery,
  createChannel,
  deliveryQuery,
  generateSshKey,
  importSshKey,
  runQuery,
} from '../../src/contract/index.ts'
import { oneOf } from '../../src/contract/one-of.ts'
import { parseInput } from '../../src/errors/index.ts'

const channel = { type: 'dingtalk', name: 'x', config: {} }

describe('a word that is none of those that there are', () => {
  it.each([
    [
      runQuery,
      { status: 'done' },
      'status: must be pending, running, success, conflict, failed, partial or canceled',
    ],
    [runQuery, { trigger: 'x' }, 'trigger: must be manual, cron, webhook or retry'],
    [deliveryQuery, { status: 'x' }, 'status: must be pending, sent or failed'],
    [deliveryQuery, { event: 'x' }, /^event: must be sync_success, .* or key_expiring$/],
    [auditQuery, { type: 'x' }, /^type: must be create, .* or push$/],
    [auditQuery, { object_type: 5 }, /^object_type: must be repo, .* or protected_ref$/],
    [createChannel, { ...channel, events: ['x'] }, /^events\.0: must be sync_success, .* or key_expiring$/],
    [importSshKey, { name: 'x', private_key: 'x', type: 'dsa' }, 'type: must be rsa, ecdsa or ed25519'],
    [generateSshKey, { name: 'x', type: 'rsa' }, 'type: must be ed25519'],
  ])('is refused in our own words (%#)', (schema, input, message) => {
    const refusing = () => parseInput(schema, input)
    expect(refusing).toThrow(typeof message === 'string' ? new RegExp(`^${message}$`) : message)
  })

  it('is told the words in their order', () => {
    expect(oneOf(['b', 'a']).safeParse('c').error?.issues[0]?.message).toBe('must be b or a')
    expect(oneOf(['b', 'a', 'c']).safeParse(null).error?.issues[0]?.message).toBe('must be b, a or c')
  })
})
