import { beforeEach, describe, expect, it } from 'vitest'
import { SendBudget } from '../../src/services/send-budget.ts'

const rate = { messages: 2, perMs: 1_000 }

let budget: SendBudget

beforeEach(() => {
  budget = new SendBudget()
})

const sendAt = (now: number) => budget.begin(1, rate)(now)

describe('the messages that a provider takes', () => {
  it('are never more than so many within any stretch of time', () => {
    sendAt(0)
    expect(budget.freeAt(1, rate, 600)).toBe(600)
    sendAt(600)
    expect(budget.freeAt(1, rate, 700)).toBe(1_000)
    expect(budget.freeAt(1, rate, 1_000)).toBe(1_000)
    sendAt(1_000)
    expect(budget.freeAt(1, rate, 1_000)).toBe(1_600)
  })

  it('count while they are under way, and from their end on', () => {
    const ended = [budget.begin(1, rate), budget.begin(1, rate)]
    expect(budget.freeAt(1, rate, 500)).toBe(1_500)
    for (const end of ended) end(900)
    expect(budget.freeAt(1, rate, 1_800)).toBe(1_900)
    expect(budget.freeAt(1, rate, 1_900)).toBe(1_900)
  })

  it('are counted for each channel by itself', () => {
    sendAt(0)
    sendAt(0)
    expect(budget.freeAt(2, rate, 0)).toBe(0)
  })

  it('wait while the provider asks for patience', () => {
    const ended = budget.begin(1, rate)
    budget.hold(1, 9_000)
    ended(0)
    expect(budget.freeAt(1, rate, 8_999)).toBe(9_000)
  })
})

describe('a channel that is deleted', () => {
  it('is forgotten, also when a message of it was under way', () => {
    const ended = budget.begin(1, rate)
    budget.forget(1)
    budget.hold(1, 9_000)
    ended(0)
    expect(budget.size).toBe(0)
    expect(budget.freeAt(1, rate, 0)).toBe(0)
  })
})
