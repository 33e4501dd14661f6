import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

interface Vector {
  readonly id: string
  readonly field: string
  readonly value: string
  readonly expect: string
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../../core/test/fixtures/hostile-inputs.json', import.meta.url), 'utf8'),
)
const of = (field: string) => vectors.filter((vector) => vector.field === field)

/** Unknown fields are ignored by contract: callers of the original service send more. */
const accepted = new Set(['json_body-003'])

describe('hostile bodies', () => {
  it('are there', () => expect(of('json_body').length).toBeGreaterThan(5))

  it.each(of('json_body'))('$id $value', async ({ id, value }) => {
    const app = await serveApp()
    const body = value
      .replace('"intervalMs"', '"jitter_ms"')
      .replace('{', '{"repo_id":1,"source_branch":"main",')
    const { status, json } = await app.send('POST /api/v1/sync/tasks', {
      body,
      headers: { 'Content-Type': 'application/json' },
    })
    if (accepted.has(id)) {
      expect(json.data).not.toHaveProperty('extra')
      return
    }
    expect(status).toBe(400)
    expect(json.error.details.field).toMatch(/^(body|name|jitter_ms|enabled)$/)
    expect(app.refused).toHaveLength(1)
  })
})

describe('hostile headers', () => {
  const post = (headers: string) =>
    `POST /api/v1/sync/tasks/1/run HTTP/1.1\r\n${headers}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`

  it('are there', () => expect(of('http_header').length).toBeGreaterThan(5))

  it.each(of('http_header'))('$id $value', async ({ value, expect: outcome }) => {
    const app = await serveApp()
    const answer = await app.raw(post(value.startsWith('Host:') ? value : `Host: localhost\r\n${value}`))
    const status = Number(answer.slice(9, 12))
    if (outcome === 'reject') expect([401, 403]).toContain(status)
    else expect(status).toBeLessThan(500)
    // whatever became of it, nobody was taken for somebody else and nothing else was done
    for (const { method, principal } of app.calls) {
      expect({ method, ip: principal?.ip }).toEqual({ method: 'sync.tasks.run', ip: '127.0.0.1' })
    }
    expect(answer).not.toContain('\u001b')
    expect(answer).not.toContain('forged')
    if (outcome === 'reject') expect(app.calls).toEqual([])
  })
})
