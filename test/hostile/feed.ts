import type { EndpointName } from '@gitferry/core/wire'
import { answeredInTime } from './answered-in-time.ts'
import type { Vector } from './corpus.ts'
import { expectedOf } from './expected-of.ts'
import { type Expected, type Kind, kinds } from './kinds.ts'
import type { Fed } from './places.ts'
import { type Outcome, withValue } from './request.ts'
import { requests, undos } from './requests.ts'
import type { Stage } from './stage.ts'
import type { Way } from './ways.ts'

/** Codes that say what a value is not; their message has to name the field. Others say what is not there, or there. */
const aboutTheValue = /^(?:INVALID_INPUT|.*_INVALID|URL_FORBIDDEN|PATH_OUTSIDE_ROOTS)$/

/** Asks an endpoint with every vector of a place, both ways. Answers what went wrong, one line a vector and way. */
export async function feedPlace(stage: Stage, endpoint: EndpointName, place: string, fed: Fed) {
  const problems: string[] = []
  const pairs: Vector[] = []
  for (const kind of fed.is.map((name): Kind => kinds[name])) {
    for (const vector of kind.vectors) {
      pairs.push(vector)
      const expected = expectedOf(vector, kind, fed.differs)
      const value = kind.value?.(vector.text, stage.sandbox.root) ?? vector.text
      const request = withValue(requests[endpoint]?.(stage, place) ?? {}, fed.at ?? place, value)
      const codes: (string | null)[] = []
      for (const way of stage.ways) {
        const note = (problem: string) => problems.push(`${vector.id} ${way.name}: ${problem}`)
        try {
          const outcome = await answeredInTime(() => way.ask(endpoint, request))
          codes.push(outcome.code)
          const field = fed.named ?? place.slice(place.indexOf('.') + 1).replace('[]', '')
          for (const problem of problemsWith(outcome, { expected, field, vector, way })) note(problem)
          if (outcome.code === null) await undos[endpoint]?.(stage, dataOf(outcome.answer), request)
        } catch (error) {
          note(String(error))
        }
      }
      // an empty part of a path is another address
      const isAddress = place.startsWith('path.') && vector.text === ''
      if (new Set(codes).size > 1 && !isAddress) problems.push(`${vector.id}: ${codes.join(', in process ')}`)
    }
  }
  return { problems, pairs }
}

const dataOf = (answer: unknown) =>
  (answer as { readonly data: { readonly id: number; readonly name: string } }).data

interface Wanted {
  readonly expected: Expected
  readonly field: string
  readonly vector: Vector
  readonly way: Way
}

function problemsWith(outcome: Outcome, { expected, field, vector, way }: Wanted): string[] {
  const { code, text } = outcome
  const problems: string[] = []
  if (code === null) {
    if (expected === 'refused') problems.push(`was taken: ${text.slice(0, 300)}`)
  } else {
    const { message, status } = outcome
    if (status < 400 || status >= 500) problems.push(`${status} ${code}: ${message}`)
    else if (expected === 'taken') problems.push(`was refused: ${code}: ${message}`)
    const isNamed = outcome.field?.split('.')[0] === field.split('.')[0] && message.includes(field)
    if (aboutTheValue.test(code) && !isNamed && !(way.name === 'HTTP' && code === 'NOT_FOUND')) {
      problems.push(`${code} does not name ${field} but ${outcome.field}: ${message}`)
    }
  }
  const held = vector.mustNotContain.filter((forbidden) => text.includes(forbidden))
  if (held.length > 0) problems.push(`the answer holds ${held.join(', ')}: ${text.slice(0, 300)}`)
  if (
    vector.mustNotEcho &&
    vector.text.length > 3 &&
    text.includes(JSON.stringify(vector.text).slice(1, -1))
  ) {
    problems.push(`the answer repeats it: ${text.slice(0, 300)}`)
  }
  return problems
}
