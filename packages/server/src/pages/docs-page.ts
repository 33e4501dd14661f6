import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { GitferryError } from '@gitferry/core/errors'
import type { Context, Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { pageAddresses } from './addresses.ts'
import { docsFiles, docsPage } from './docs-files.ts'

/** Everything from this server, nothing inline, nothing evaluated; the icons in the stylesheet are `data:`. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

const etagOf = (bytes: Uint8Array): string => `"${createHash('sha256').update(bytes).digest('base64url')}"`

/** Where the package stands; looked for when the page is first asked for. */
const swaggerUiFolder = () => dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

/**
 * The API’s description as a page: Swagger UI, served by this server alone, so that it works without the network and
 * under a policy that names no other host.
 */
export function mountDocsPage(app: Hono<AppEnv>): void {
  const known = new Map<string, Promise<Content>>()

  const contentOf = async (name: string): Promise<Content> => {
    const { from } = docsFiles[name]!
    const bytes =
      'text' in from
        ? new TextEncoder().encode(from.text)
        : new Uint8Array(await readFile(join(swaggerUiFolder(), from.package)))
    return { bytes, etag: etagOf(bytes) }
  }
  /** Each file is read once; a failure is not kept. */
  const fileOf = (name: string): Promise<Content> => {
    const content = known.get(name) ?? contentOf(name)
    known.set(name, content)
    content.catch(() => known.delete(name))
    return content
  }

  app.get(pageAddresses.docs.path, (c) =>
    c.body(docsPage, 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-cache',
    }),
  )
  app.get(pageAddresses.docsFile.path.replace('{file}', ':file'), async (c: Context<AppEnv>) => {
    const name = c.req.param('file') ?? ''
    if (!Object.hasOwn(docsFiles, name)) {
      throw new GitferryError('NOT_FOUND', 'The page has no such file.')
    }
    const { bytes, etag } = await fileOf(name)
    const headers = { ETag: etag, 'Cache-Control': 'no-cache' }
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304, headers)
    const type = docsFiles[name]!.type
    return c.body(bytes, 200, {
      ...headers,
      'Content-Type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
    })
  })
}
