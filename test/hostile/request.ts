import { operations } from '@gitferry/core/contract'
import { type Endpoint, type EndpointName, endpoints } from '@gitferry/core/wire'

/** What an endpoint is asked with, before either way of asking. */
export interface ApiRequest {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** How a request went: the code of its error, or what it answered. */
export type Outcome =
  | { readonly code: null; readonly answer: unknown; readonly text: string }
  | {
      readonly code: string
      readonly status: number
      readonly message: string
      readonly field: string | undefined
      readonly text: string
    }

/** The request with a value at a place: `body.refs[]`, `path.name`, `body.actions.0.path`. */
export function withValue(request: ApiRequest, place: string, value: unknown): ApiRequest {
  const [top = '', ...names] = place.split('.')
  const put = (into: unknown, [name = '', ...rest]: readonly string[]): unknown => {
    if (Array.isArray(into)) {
      return into.with(Number(name), rest.length > 0 ? put(into[Number(name)], rest) : value)
    }
    const known = (into ?? {}) as Readonly<Record<string, unknown>>
    if (rest.length > 0) return { ...known, [name]: put(known[name], rest) }
    return name.endsWith('[]') ? { ...known, [name.slice(0, -2)]: [value] } : { ...known, [name]: value }
  }
  return { ...request, [top]: put(request[top as keyof ApiRequest], names) }
}

/** The address and the body by which a server is asked. */
export function httpRequest(name: EndpointName, request: ApiRequest) {
  const { method, path }: Endpoint = endpoints[name]
  const filled = path.replace(/\{\+?(\w+)\}/g, (_, parameter: string) =>
    encodeURIComponent(String(request.path?.[parameter])),
  )
  const query = new URLSearchParams(
    Object.entries(request.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  )
  const body = operations[name].body === undefined ? undefined : JSON.stringify(request.body ?? {})
  return { method, path: query.size === 0 ? filled : `${filled}?${query}`, body }
}

/** The arguments by which the method of the same name is called: what the path names, the body, the query. */
export function callArguments(name: EndpointName, { path = {}, query, body }: ApiRequest): unknown[] {
  const { path: template }: Endpoint = endpoints[name]
  const named = [...template.matchAll(/\{\+?(\w+)\}/g)].map(([, parameter = '']) => path[parameter])
  return [
    ...named,
    ...(operations[name].body === undefined ? [] : [body ?? {}]),
    ...(operations[name].query === undefined ? [] : [query ?? {}]),
  ]
}
