import type { Endpoint } from '@gitferry/core/wire'

/** The addresses that only the server has, which no method of `GitferryApi` stands behind. */
export const pageAddresses = {
  healthz: { method: 'GET', path: '/healthz' },
  readyz: { method: 'GET', path: '/readyz' },
  metrics: { method: 'GET', path: '/metrics' },
  openapi: { method: 'GET', path: '/api/openapi.json' },
  docs: { method: 'GET', path: '/api/docs' },
  docsFile: { method: 'GET', path: '/api/docs/{file}' },
} as const satisfies Record<string, Endpoint>

export type PageName = keyof typeof pageAddresses
