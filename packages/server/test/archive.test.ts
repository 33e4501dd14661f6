import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

describe('GET /api/v1/repos/{id}/archive', () => {
  it.each([
    ['', {}, 'application/zip'],
    ['?ref=a%2Fb&format=tar.gz', { ref: 'a/b', format: 'tar.gz' }, 'application/gzip'],
    ['?format=tar', { format: 'tar' }, 'application/x-tar'],
  ])('with "%s" answers the bytes as they come, without an envelope', async (query, input, type) => {
    const app = await serveApp()
    const { headers, status, text } = await app.send(`GET /api/v1/repos/7/archive${query}`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe(type)
    expect(text).toBe('an archive')
    expect(app.calls.at(-1)).toMatchObject({ method: 'content.archive', input: [7, input] })
  })
})
