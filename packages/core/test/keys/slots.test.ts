import { expect, it } from 'vitest'
import { Slots } from '../../src/keys/slots.ts'

const never = new AbortController().signal
const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function work(slots: Slots) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (name: string, signal = never) =>
    slots.run(signal, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
    })
  return { begun, begin, end: (name: string) => ends.get(name)!() }
}

it('no more work than there are places, the rest in order', async () => {
  const { begun, begin, end } = work(new Slots(2))
  const all = ['a', 'b', 'c', 'd'].map((name) => begin(name))
  await turns()
  expect(begun).toEqual(['a', 'b'])
  end('b')
  await turns()
  expect(begun).toEqual(['a', 'b', 'c'])
  end('a')
  await turns()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  end('c')
  end('d')
  await Promise.all(all)
})

it('whoever gives up while waiting leaves its turn to the next, and work that fails gives its place back', async () => {
  const slots = new Slots(1)
  const { begun, begin, end } = work(slots)
  const first = begin('a')
  const giveUp = new AbortController()
  const second = begin('b', giveUp.signal)
  const third = begin('c')
  giveUp.abort(new Error('given up'))
  await expect(second).rejects.toThrow('given up')
  end('a')
  await first
  await turns()
  end('c')
  await third
  expect(begun).toEqual(['a', 'c'])
  await expect(slots.run(never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await slots.run(never, async () => 'free')).toBe('free')
})

it('whoever gives up in the moment of its turn hands the place on', async () => {
  const slots = new Slots(1)
  const { begin, end } = work(slots)
  const first = begin('a')
  await turns()
  const giveUp = new AbortController()
  const second = begin('b', giveUp.signal)
  await turns()
  end('a')
  await first
  giveUp.abort(new Error('given up'))
  await expect(second).rejects.toThrow('given up')
  expect(await slots.run(never, async () => 'free')).toBe('free')
})
