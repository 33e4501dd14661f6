import { GitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { altered } from './openapi-fuzz/altered.ts'
import { fuzzServer } from './openapi-fuzz/fuzz-server.ts'

describe('the server, asked for every operation by its own description,', () => {
  it('answers as described, and never with an error of its own', { timeout: 120_000 }, async () => {
    const census = await fuzzServer({ requests: 600, seed: 20_260_101 })
    const shareOf = (of: 'success' | 'refused') =>
      [...census.values()].filter((counts) => counts[of] > 0).length / census.size
    // which of them exactly also depends on how far runs and jobs have come
    expect(shareOf('success')).toBeGreaterThan(0.6)
    expect(shareOf('refused')).toBeGreaterThan(0.6)
  })
})

describe('a server is caught that', () => {
  const fuzz = (operation: string, alter: Parameters<typeof altered>[0]) =>
    fuzzServer({
      requests: 40,
      seed: 1,
      operations: [operation],
      alter: (gitferry) => altered(alter, gitferry),
    })

  it('falls over some input', async () => {
    const falling = fuzz('reposList', (gitferry) => ({
      repos: {
        list(query?: { page_size?: unknown }) {
          if (typeof query?.page_size === 'string') throw new TypeError('no number')
          return gitferry.repos.list(query as never)
        },
      },
    }))
    await expect(falling).rejects.toThrow(/500.*INTERNAL/)
  })

  it('shows a field that is not described', async () => {
    const showing = fuzz('usersList', (gitferry) => ({
      users: {
        list: async (query?: never) => ({ ...(await gitferry.users.list(query)), secret_hash: 'x' }),
      },
    }))
    await expect(showing).rejects.toThrow(/secret_hash/)
  })

  it('answers a code that the operation does not have', async () => {
    const refusing = fuzz('systemVersion', () => ({
      system: { version: () => Promise.reject(new GitferryError('TAG_EXISTS', 'x')) },
    }))
    await expect(refusing).rejects.toThrow(/the status is not described/)
  })
})
