import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

/** What the page loads, by the addresses that it names. */
const linked = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)

describe('the page of the API', () => {
  it('loads all that it names from this server, each as what it is', async () => {
    const app = await serveApp()
    const page = await app.send('GET /api/docs')
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    const types: Record<string, string | undefined> = {}
    for (const address of linked(page.text)) {
      const { origin, pathname } = new URL(address, `${app.url}/api/docs`)
      expect(origin).toBe(app.url)
      const file = await app.send(`GET ${pathname}`)
      expect(file.status, pathname).toBe(200)
      expect(file.text.length).toBeGreaterThan(50)
      types[pathname] = file.headers['content-type']
    }
    expect(types).toEqual({
      '/api/docs/swagger-ui.css': 'text/css; charset=utf-8',
      '/api/docs/favicon-32x32.png': 'image/png',
      '/api/docs/swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
      '/api/docs/initializer.js': 'text/javascript; charset=utf-8',
    })
  })

  it('asks for the description beside it, and no validator elsewhere', async () => {
    const app = await serveApp()
    const { text } = await app.send('GET /api/docs/initializer.js')
    const options: Record<string, unknown>[] = []
    new Function('SwaggerUIBundle', text)((given: Record<string, unknown>) => options.push(given))
    expect(options).toEqual([
      { url: './openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null },
    ])
  })

  it('stands under a policy that names no other host and allows nothing inline', async () => {
    const app = await serveApp()
    const { headers, text } = await app.send('GET /api/docs')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    const sources = policy.split('; ').flatMap((directive) => directive.split(' ').slice(1))
    expect(new Set(sources)).toEqual(new Set(["'none'", "'self'", 'data:']))
    expect(policy).toMatch(/script-src 'self'(;|$)/)
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
    expect(headers['x-frame-options']).toBe('DENY')
  })

  it('has files that are not sent twice to whoever has them', async () => {
    const app = await serveApp()
    const first = await app.send('GET /api/docs/swagger-ui.css')
    const etag = String(first.headers.etag)
    expect(etag).toMatch(/^"[\w-]+"$/)
    expect(first.headers['cache-control']).toBe('no-cache')
    const again = await app.send('GET /api/docs/swagger-ui.css', { headers: { 'If-None-Match': etag } })
    expect([again.status, again.text]).toEqual([304, ''])
    const changed = await app.send('GET /api/docs/swagger-ui.css', { headers: { 'If-None-Match': '"old"' } })
    expect(changed.status).toBe(200)
  })

  it.each(['package.json', '..%2fpackage.json', '%2e%2e', 'constructor', '__proto__', 'index.html'])(
    'gives out no other file: %s',
    async (name) => {
      const app = await serveApp()
      expect((await app.send(`GET /api/docs/${name}`)).status).toBe(404)
    },
  )

  it('leaves every other answer under the policy that allows nothing, and uncached', async () => {
    const app = await serveApp()
    for (const path of ['/api/health', '/healthz', '/metrics', '/nothing']) {
      const { headers } = await app.send(`GET ${path}`)
      expect(headers['content-security-policy'], path).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers['cache-control'], path).toBe('no-store')
    }
  })

  it.each(['/healthz', '/readyz', '/metrics', '/api/openapi.json', '/api/docs'])(
    'as every page, %s is read and nothing else',
    async (path) => {
      const app = await serveApp()
      expect((await app.send(`HEAD ${path}`)).status).toBe(200)
      const { headers, status } = await app.send(`POST ${path}`)
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
    },
  )
})
