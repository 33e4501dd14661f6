import type { GitferryError } from '../errors/index.ts'
import type { EndpointName } from '../wire/index.ts'
import type { MethodRight, MethodRights } from './method-rights.ts'

export interface Guard {
  /** Why the caller may not ask at this endpoint; `undefined`: they may. */
  readonly refusal: (endpoint: EndpointName) => GitferryError | undefined
  /** Throws the error, after what has to be recorded of it. `given`: what the method was called with. */
  readonly refuse: (endpoint: EndpointName, given: readonly unknown[], error: GitferryError) => Promise<never>
}

type Method = (...given: unknown[]) => unknown

/** The same API, each of whose methods asks first whether the caller may. It has the methods that `rights` names. */
export function guardApi<Api extends object>(api: Api, rights: MethodRights<Api>, guard: Guard): Api {
  const members = Object.entries<MethodRight | object>(rights).map(([name, right]) => {
    const member = (api as Record<string, unknown>)[name]
    const guarded = isRight(right)
      ? guardMethod((member as Method).bind(api), right, guard)
      : guardApi(member as object, right as MethodRights<object>, guard)
    return [name, guarded]
  })
  return Object.fromEntries(members) as Api
}

const isRight = (right: MethodRight | object): right is MethodRight => 'refusing' in right

function guardMethod(method: Method, { endpoint, refusing }: MethodRight, guard: Guard): Method {
  return (...given) => {
    const error = guard.refusal(endpoint)
    if (error === undefined) return method(...given)
    if (refusing === 'promise') return guard.refuse(endpoint, given, error)
    if (refusing === 'loop') return refusedLoop(error)
    throw error
  }
}

/** Throws at the first step, and has ended then. */
function refusedLoop(error: GitferryError): AsyncIterableIterator<never, undefined> & {
  return(): Promise<IteratorResult<never, undefined>>
} {
  let isLeft = false
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      if (isLeft) return { done: true, value: undefined }
      isLeft = true
      throw error
    },
    async return() {
      isLeft = true
      return { done: true, value: undefined }
    },
  }
}
