import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { apiDocumentText } from '../openapi/document.ts'
import { pageAddresses } from './addresses.ts'

/** The OpenAPI document, made when it is first asked for. */
export function mountApiDescription(app: Hono<AppEnv>): void {
  let text: string | undefined
  app.get(pageAddresses.openapi.path, (c) => {
    text ??= apiDocumentText()
    return c.body(text, 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-cache',
    })
  })
}
