import type { CallOptions, Page } from '@gitferry/core/contract'
import type { EndpointName } from '@gitferry/core/wire'
import { type ListEndpoint, list } from './pages.ts'
import type { Call, Transport } from './transport.ts'

/** What an argument of a method is: the body, the query, or what stands in the path under this name. */
type Argument = 'id' | 'name' | 'branch' | 'tag' | 'query' | 'body'

/** What an argument of this type can be, so that the compiler finds two that changed places. */
type ArgumentOf<Value> = Value extends number
  ? 'id'
  : Value extends string
    ? 'name' | 'branch' | 'tag'
    : 'query' | 'body'

/** The same of all arguments but the last, the `CallOptions`. */
type ArgumentsOf<Given extends readonly unknown[]> =
  Required<Given> extends readonly [...infer Taken, CallOptions | undefined]
    ? { readonly [Index in keyof Taken]: ArgumentOf<Taken[Index]> }
    : never

/**
 * Makes the methods of one resource: each calls the endpoint of its name with the arguments that are listed, in that
 * order, and takes `CallOptions` last. Its types follow from the interface that the resource implements.
 */
export const resource = (transport: Transport) => ({
  /** Answers what the envelope holds. */
  method:
    <Given extends readonly unknown[], Data>(name: EndpointName, ...takes: ArgumentsOf<Given>) =>
    (...given: Given): Promise<Data> =>
      transport.data(name, callOf(takes, given), optionsOf(takes, given)),

  /** The same without the client's time limit: for what waits for git, or for somebody else's server. */
  unlimited:
    <Given extends readonly unknown[], Data>(name: EndpointName, ...takes: ArgumentsOf<Given>) =>
    (...given: Given): Promise<Data> =>
      transport.data(name, { ...callOf(takes, given), limit: false }, optionsOf(takes, given)),

  /** Answers one page of a list. */
  list:
    <Given extends readonly unknown[], Item>(name: ListEndpoint, ...takes: ArgumentsOf<Given>) =>
    (...given: Given): Promise<Page<Item>> =>
      list(transport, name, callOf(takes, given), optionsOf(takes, given)),
})

function callOf(takes: readonly Argument[], given: readonly unknown[]): Call {
  const { query, body, ...path } = Object.fromEntries(takes.map((name, index) => [name, given[index]]))
  return { path, query, body } as Call
}

const optionsOf = (takes: readonly Argument[], given: readonly unknown[]): CallOptions | undefined =>
  given[takes.length] as CallOptions | undefined
