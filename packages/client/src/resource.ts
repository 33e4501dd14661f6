import type { CallOptions } from '@gitferry/core/contract'
import { type EndpointName, endpoints } from '@gitferry/core/wire'
import { all, type ListEndpoint, list } from './pages.ts'
import type { Call, Transport } from './transport.ts'

/** What an argument can be, by its type, so that the compiler finds two that changed places. */
type ArgumentOf<Value> = Value extends number
  ? 'id' | 'user_id' | 'key_id' | 'rule_id'
  : Value extends string
    ? 'name' | 'branch' | 'tag'
    : 'query' | 'body'

/** The names of all arguments but the last, the `CallOptions`, with a space between them. */
type Names<Given extends readonly unknown[]> = Given extends readonly [infer First, ...infer Rest]
  ? Rest extends readonly []
    ? ''
    : Rest extends readonly [unknown]
      ? ArgumentOf<First>
      : `${ArgumentOf<First>} ${Names<Rest>}`
  : ''

/** With `!` behind them, the method has not the client’s time limit: it waits for git, or for somebody else’s server. */
type Taken<Given extends readonly unknown[]> = Names<Given> | `${Names<Given>}!`

/** For every method of an interface, in its order, what its arguments are: the body, the query, or what stands in the path. */
type Takes<Api> = {
  readonly [Method in keyof Api]: Api[Method] extends (...given: infer Given) => unknown
    ? Taken<Required<Given>>
    : never
}

/** The nouns that have an endpoint for this method. */
type NounOf<Method> = EndpointName extends infer Name
  ? Name extends `${infer Noun}.${Method & string}`
    ? Noun
    : never
  : never

/** The nouns that have an endpoint for each of these methods. */
type NounOfAll<Method> = (Method extends Method ? (noun: NounOf<Method>) => void : never) extends (
  noun: infer Noun,
) => void
  ? Noun
  : never

/**
 * The methods of one resource: each calls the endpoint of its name, with the arguments that are listed, and takes
 * `CallOptions` last; `all` walks through the pages of `list`. `Own` are the methods that are made
 * elsewhere.
 */
export function resource<Api, Own extends keyof Api = never>(
  transport: Transport,
  noun: NounOfAll<Exclude<keyof Api, Own | 'all'>>,
  takes: Takes<Omit<Api, Own>>,
): Omit<Api, Own> {
  const methodOf = ([method, names]: [string, string]) => {
    const name = `${noun}.${method === 'all' ? 'list' : method}` as EndpointName
    const take = names.match(/\w+/g) ?? []
    return (...given: unknown[]) => {
      const { query, body, ...path } = Object.fromEntries(
        take.map((argument, index) => [argument, given[index]]),
      )
      const options = given[take.length] as CallOptions | undefined
      const call = { path, query, body, ...(names.endsWith('!') && { limit: false }) } as Call
      if (!('list' in endpoints[name])) return transport.data(name, call, options)
      const page = (asked: Call) => list(transport, name as ListEndpoint, asked, options)
      return method === 'all'
        ? all((paging) => page({ ...call, query: { ...call.query, ...paging } }) as never)
        : page(call)
    }
  }
  const methods = Object.entries(takes as Record<string, string>).map((entry) => [entry[0], methodOf(entry)])
  return Object.fromEntries(methods) as Omit<Api, Own>
}
