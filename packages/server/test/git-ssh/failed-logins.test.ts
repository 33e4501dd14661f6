import { createTestClock } from '@gitferry/core/testing'
import { describe, expect, it } from 'vitest'
import { FailedLogins } from '../../src/git-ssh/failed-logins.ts'

describe('sign-ins that fail', () => {
  it('keep an address out from the limit on, until a minute is over', async () => {
    const clock = createTestClock()
    const failed = new FailedLogins({ clock, most: 2 })
    failed.count('203.0.113.7')
    expect(failed.isKeptOut('203.0.113.7')).toBe(false)
    await clock.advance(59_999)
    failed.count('203.0.113.7')
    expect(failed.isKeptOut('203.0.113.7')).toBe(true)
    expect(failed.isKeptOut('203.0.113.8')).toBe(false)
    await clock.advance(1)
    expect(failed.isKeptOut('203.0.113.7')).toBe(false)
  })

  it('count for the /64 of an IPv6 address', () => {
    const failed = new FailedLogins({ clock: createTestClock(), most: 1 })
    failed.count('2001:db8:1:2::3')
    expect(failed.isKeptOut('2001:db8:1:2:ffff::1')).toBe(true)
    expect(failed.isKeptOut('2001:db8:1:3::3')).toBe(false)
  })

  it('never keep this machine out, which a proxy may stand on', () => {
    const failed = new FailedLogins({ clock: createTestClock(), most: 1 })
    for (const address of ['127.0.0.1', '::1']) {
      failed.count(address)
      expect(failed.isKeptOut(address)).toBe(false)
    }
  })

  it('are forgotten: what is a minute old, and the oldest beyond ten thousand', async () => {
    const clock = createTestClock()
    const failed = new FailedLogins({ clock, most: 1 })
    for (let number = 0; number < 10_005; number += 1) failed.count(`10.0.${number >> 8}.${number & 255}`)
    expect(failed.size).toBe(10_000)
    expect(failed.isKeptOut('10.0.0.4')).toBe(false)
    expect(failed.isKeptOut('10.0.0.5')).toBe(true)
    await clock.advance(60_000)
    failed.count('203.0.113.7')
    expect(failed.size).toBe(1)
  })
})
