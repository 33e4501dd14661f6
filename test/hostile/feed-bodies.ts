import { operations } from '@gitferry/core/contract'
import { type EndpointName, endpoints } from '@gitferry/core/wire'
import { sendOverHttp } from '../checked-fetch-over-http.ts'
import { answeredInTime } from './answered-in-time.ts'
import { type Vector, vectorsOf } from './corpus.ts'
import { places } from './places.ts'
import { type ApiRequest, httpRequest, type Outcome } from './request.ts'
import { requests, undos } from './requests.ts'
import { readAnswer } from './ways.ts'
import type { World } from './world.ts'

/** What no method can be given: they are wrong as text. */
const wrongAsText = /^(?:bad_json|duplicate_key)$/

/** Every endpoint that takes a body of JSON, but the webhooks, which read it only when it is signed. */
export const endpointsWithBody = (Object.keys(endpoints) as EndpointName[]).filter(
  (name) => operations[name].body !== undefined && !name.startsWith('webhooks.'),
)

/** What gives rights takes no field that it does not know: a misspelt limit would be none. */
const strict: ReadonlySet<EndpointName> = new Set(['users.create', 'tokens.create', 'accessKeys.create'])
const switched = /^(?:sync\.tasks|notifications\.channels)\.(?:create|update)$/

/** What stands in the way of a body that nothing is wrong with. */
const otherwise: Readonly<Partial<Record<EndpointName, string>>> = {
  // the run has overwritten nothing
  'sync.runs.restore': 'KEPT_REF_NOT_FOUND',
}

/**
 * The field that the body is refused for; `undefined`: it is taken. The corpus would refuse every field that is unknown,
 * and the contract ignores it.
 */
function refusedField(endpoint: EndpointName, { code, text }: Vector): string | undefined {
  if (wrongAsText.test(code)) return 'body'
  const key = lastKey(text)
  const place = key === 'name' ? places[endpoint]?.['body.name'] : undefined
  if (place !== undefined) return 'named' in place ? place.named : key
  return strict.has(endpoint) || (key === 'enabled' && switched.test(endpoint)) ? key : undefined
}

const lastKey = (text: string): string => Object.keys(JSON.parse(text) as object).at(-1) ?? ''

/**
 * Sends every body of the corpus to one endpoint, and calls the method with what it says. What else the endpoint asks for
 * stands before it, so that it is refused for what the corpus means, or not at all.
 */
export async function feedBodies(world: World, endpoint: EndpointName) {
  const problems: string[] = []
  const { body = {}, path } = requests[endpoint]?.(world, 'body') ?? {}
  for (const vector of vectorsOf('json_body')) {
    const field = refusedField(endpoint, vector)
    const others = Object.entries(body).filter(([name]) => !vector.text.includes(`"${name}":`))
    const before = others.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`)
    const text = `{${before.join('')}${vector.text.slice(1)}`
    const isText = wrongAsText.test(vector.code)
    const request = { ...(path && { path }), ...(isText ? {} : { body: JSON.parse(text) }) }
    const ways = {
      HTTP: () => sendText(world, endpoint, request, text),
      ...(!isText && { 'in process': () => world.ways[1].ask(endpoint, request) }),
    }
    for (const [way, ask] of Object.entries(ways)) {
      const outcome = await answeredInTime(ask)
      if (outcome.code === null) await undos[endpoint]?.(world, dataOf(outcome.answer), request)
      const became =
        outcome.code === null ? 'taken' : `${outcome.code} for ${outcome.field}: ${outcome.message}`
      const isAsWanted =
        field === undefined ? outcome.code === (otherwise[endpoint] ?? null) : isRefusedFor(field, outcome)
      if (!isAsWanted) problems.push(`${vector.id} ${way}: ${became}; ${field ?? 'nothing'} is wrong in it`)
    }
  }
  return { problems, pairs: vectorsOf('json_body') }
}

const isRefusedFor = (field: string, outcome: Outcome): boolean =>
  outcome.code !== null &&
  /^(?:INVALID_INPUT|REF_INVALID)$/.test(outcome.code) &&
  outcome.field === field &&
  outcome.message.includes(field)

async function sendText(world: World, endpoint: EndpointName, request: ApiRequest, text: string) {
  const { method, path } = httpRequest(endpoint, request)
  const headers = { ...world.headers, 'content-type': 'application/json' }
  return readAnswer(await sendOverHttp(new URL(path, world.url), { method, headers }, text))
}

const dataOf = (answer: unknown) =>
  (answer as { readonly data: { readonly id: number; readonly name: string } }).data
