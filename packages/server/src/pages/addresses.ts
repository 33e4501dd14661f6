import type { Endpoint, EndpointRight } from '@gitferry/core/wire'

/** An address that only the server has, which no method of `GitferryApi` stands behind, and who may ask there. */
export interface PageAddress extends Endpoint {
  readonly right: EndpointRight
}

const open: EndpointRight = { scope: 'open', within: true }
const read: EndpointRight = { scope: 'read', within: true }

export const pageAddresses = {
  healthz: { method: 'GET', path: '/healthz', right: open },
  readyz: { method: 'GET', path: '/readyz', right: open },
  // counts the runs of every repository
  metrics: { method: 'GET', path: '/metrics', right: { scope: 'read', within: false } },
  openapi: { method: 'GET', path: '/api/openapi.json', right: read },
  docs: { method: 'GET', path: '/api/docs', right: read },
  docsFile: { method: 'GET', path: '/api/docs/{file}', right: read },
} as const satisfies Record<string, PageAddress>

export type PageName = keyof typeof pageAddresses
