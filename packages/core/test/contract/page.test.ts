import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asksForPage, page, pageOf, pageQuery } from '../../src/contract/index.ts'

describe('a query for a page', () => {
  it.each([
    [{}, false, { page: 1, page_size: 20 }],
    [{ page: 3 }, true, { page: 3, page_size: 20 }],
    [{ page_size: 100 }, true, { page: 1, page_size: 100 }],
    [{ page: 2_147_483_647, page_size: 1 }, true, { page: 2_147_483_647, page_size: 1 }],
    [{ page: undefined, page_size: undefined }, false, { page: 1, page_size: 20 }],
  ])('%j', (query, asks, meant) => {
    const parsed = pageQuery.parse(query)
    expect(asksForPage(parsed)).toBe(asks)
    expect(pageOf(parsed)).toEqual(meant)
  })

  it.each([[0], [-1], [1.5], [2 ** 31], [Number.NaN], ['1'], [null], [[1]]])('has no page %j', (value) => {
    const { error } = pageQuery.safeParse({ page: value })
    expect(error?.issues).toMatchObject([{ path: ['page'], message: 'must be a positive integer' }])
  })

  it.each([[0], [101], [2.5], ['20'], [null]])('has no page size %j', (value) => {
    const { error } = pageQuery.safeParse({ page_size: value })
    expect(error?.issues).toMatchObject([
      { path: ['page_size'], message: 'must be an integer from 1 to 100' },
    ])
  })

  it('names every field that is wrong', () => {
    const { error } = pageQuery.safeParse({ page: 0, page_size: 0 })
    expect(error?.issues.map(({ path }) => path)).toEqual([['page'], ['page_size']])
  })
})

describe('a page', () => {
  it('holds its items, how many there are in all, and which page it is', () => {
    const numbers = page(z.number())
    const answer = { items: [1, 2], total: 12, page: 6, page_size: 2 }
    expect(numbers.parse(answer)).toEqual(answer)
    for (const field of Object.keys(answer)) {
      expect(numbers.safeParse({ ...answer, [field]: null }).success, field).toBe(false)
    }
  })
})
