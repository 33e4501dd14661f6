import { z } from 'zod'
import type { Operation } from '../../packages/server/src/codearts/operation.ts'
import { answeredInTime } from './answered-in-time.ts'
import { codeArtsPlaces } from './codearts-places.ts'
import { type CodeArtsIds, isNumbered } from './codearts-requests.ts'
import { type Vector, vectorsOf } from './corpus.ts'
import { expectedOf } from './expected-of.ts'
import { placesOf, type Schema } from './inputs.ts'
import { type Kind, kinds } from './kinds.ts'
import type { Fed } from './places.ts'
import { plainRequest } from './plain-request.ts'
import { type ApiRequest, withValue } from './request.ts'
import type { World } from './world.ts'

/** How the table calls an operation. */
export const nameOf = ({ method, paths }: Operation): string => `${method} ${paths[0]}`

const schemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema

/** Every place of an operation where any text may be sent. */
export function textPlaces(operation: Operation): string[] {
  const places = (['path', 'query', 'body'] as const).flatMap((part) => {
    const schema = operation[part]
    if (schema === undefined) return []
    return placesOf(schemaOf(schema), part, () => ({})).filter(({ isText }) => isText)
  })
  return [...new Set(places.map(({ at }) => at))]
}

/** Ids and numbers are fed with what would lead somewhere, if they were put into a path. */
const numbered = (place: string): Fed => ({
  is: ['unknown'],
  at: place.replace('[]', '.0'),
})

/** The ids by which this API knows the records of a world. */
export async function codeArtsIds({ gitferry, ids }: World): Promise<CodeArtsIds> {
  const plain = ({ uuid }: { readonly uuid: string }): string => uuid.replaceAll('-', '')
  return {
    id: (of) => ids[of],
    hostedUuid: plain(await gitferry.repos.get(ids.hosted)),
    projectUuid: plain(await gitferry.projects.get(ids.project)),
  }
}

function httpRequest({ method, paths }: Operation, { path = {}, query = {}, body }: ApiRequest) {
  const address = paths[0]!.replace(/\{\+?(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  )
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return {
    method,
    path: search.size === 0 ? address : `${address}?${search}`,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
}

/** What is wrong with an answer in itself, whatever was asked; `undefined`: nothing. */
export function problemWithAnswer(status: number, type: string, text: string): string | undefined {
  if (status >= 500) return `${status}: ${text}`
  if (status === 200 && !type.startsWith('application/json')) return undefined
  try {
    const { error, status: word } = JSON.parse(text)
    if (status === 200) return word === 'success' ? undefined : `200, and yet ${text}`
    const isEnvelope =
      word === 'failed' && /^CH\.\d{6}$/.test(error?.code) && typeof error.message === 'string'
    return isEnvelope ? undefined : `no envelope: ${status} ${text}`
  } catch {
    return `no JSON: ${status} ${text.slice(0, 300)}`
  }
}

/** Asks an operation with every vector of every place. Answers what went wrong, one line a vector. */
export async function feedOperation(world: World, operation: Operation, ids: CodeArtsIds) {
  const problems: string[] = []
  const row = codeArtsPlaces[nameOf(operation)]
  if (row === undefined) return { problems: ['the table has no such operation'], fed: 0 }
  let fed = 0
  for (const place of textPlaces(operation)) {
    const each = row.places[place] ?? numbered(place)
    if ('none' in each) continue
    for (const kind of each.is.map((name): Kind => kinds[name])) {
      const vectors = isNumbered(place) ? vectorsOf('file_path') : kind.vectors
      for (const vector of vectors) {
        fed += 1
        const value = kind.value?.(vector.text, world.sandbox.root) ?? vector.text
        const request = withValue(row.request(ids, place), each.at ?? place, value)
        const wrong = await problemsWith(world, operation, {
          request,
          vector,
          expected: expectedOf(vector, kind, each.differs),
        })
        problems.push(...wrong.problems.map((problem) => `${place} ${vector.id}: ${problem}`))
        if (wrong.isTaken) await row.undo?.(world, request)
      }
    }
  }
  return { problems, fed }
}

async function problemsWith(
  world: World,
  operation: Operation,
  { expected, request, vector }: { request: ApiRequest; vector: Vector; expected: 'refused' | 'taken' },
) {
  const sent = httpRequest(operation, request)
  const headers = { 'content-type': 'application/json', 'x-auth-token': world.token }
  const answer = await answeredInTime(() => plainRequest(world.url, { ...sent, headers }))
  const { status, type } = answer
  const text = answer.bytes.toString()
  const problem = problemWithAnswer(status, type, text)
  const isTaken = status === 200
  const problems = problem === undefined ? [] : [problem]
  if (isTaken !== (expected === 'taken'))
    problems.push(`${expected} was wanted: ${status} ${text.slice(0, 300)}`)
  for (const forbidden of vector.mustNotContain) {
    if (text.includes(forbidden)) problems.push(`the answer holds ${forbidden}`)
  }
  const echoed = JSON.stringify(vector.text).slice(1, -1)
  if (vector.mustNotEcho && vector.text.length > 3 && text.includes(echoed))
    problems.push(`the answer repeats it: ${text}`)
  return { problems, isTaken }
}
