import { type EndpointName, endpoints, GitferryError } from '@gitferry/core/wire'

export type PathParameters = Readonly<Record<string, string | number>>

/** Filters, paging and switches. `undefined` and `null` are left out. */
export type QueryParameters = Readonly<Record<string, unknown>>

/**
 * The server's address as it stands before every path: no trailing slash, and without `/api/v1`, which the
 * documentation counts to the base and the endpoint table to the path.
 * @throws INVALID_INPUT
 */
export function parseBaseUrl(baseUrl: string | URL): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const usable = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!usable || url.username !== '' || url.password !== '') {
    throw new GitferryError(
      'INVALID_INPUT',
      'baseUrl: must be an absolute http or https URL without user, query or fragment, such as ' +
        '"http://localhost:38080"; a token goes into `token`',
      { details: { field: 'baseUrl' } },
    )
  }
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
}

/** The address of one call. @throws INVALID_INPUT, REF_INVALID for a parameter that no URL can carry */
export function endpointUrl(
  base: string,
  name: EndpointName,
  path: PathParameters = {},
  query: QueryParameters = {},
): string {
  const filled = endpoints[name].path.replace(/\{(\+?)(\w+)\}/g, (_, rest: string, parameter: string) =>
    encodeParameter(parameter, path[parameter], rest !== ''),
  )
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.append(key, String(value))
  }
  return base + filled + (search.size > 0 ? `?${search}` : '')
}

/**
 * The name of a ref keeps its slashes, everything else is one segment. `.` and `..` are refused, encoded or not:
 * every URL parser resolves them, and `../../2` would reach another record.
 */
function encodeParameter(
  parameter: string,
  value: string | number | undefined,
  mayHoldSlashes: boolean,
): string {
  const segments = mayHoldSlashes ? String(value).split('/') : [String(value)]
  const encoded = segments.map((segment) =>
    segment === '' || segment === '.' || segment === '..' || !segment.isWellFormed()
      ? undefined
      : encodeURIComponent(segment),
  )
  if (encoded.includes(undefined)) {
    throw new GitferryError(
      mayHoldSlashes ? 'REF_INVALID' : 'INVALID_INPUT',
      `${parameter}: must hold no empty part, ".", ".." or lone surrogate`,
      { details: { field: parameter } },
    )
  }
  return encoded.join('/')
}
