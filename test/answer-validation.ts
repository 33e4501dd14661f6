/**
 * Holds answers to the description of the API: a status or a media type that is not described, a field that is missing,
 * of another kind, or not described at all is an error. What a later version may add, this one must not let slip out.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An answer, taken apart. */
export interface GivenAnswer {
  readonly method: string
  /** Still encoded; a query may follow. */
  readonly path: string
  readonly status: number
  /** Its media type, parameters and all; null or empty: it names none. */
  readonly type: string | null | undefined
  /** Absent: not looked at, as of a stream that goes on. */
  readonly text?: string
}

interface ResponseObject {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, object>>
}

interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly 'x-may-hold-slashes'?: true }[]
  readonly responses: Readonly<Record<string, ResponseObject>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
}

/** What may be answered where no operation is: the guards before it, and that there is none. */
const withoutOperation = new Set([400, 401, 403, 404, 405, 500])

/** The same document, every object in it closed: an additional field is an error. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]))
  const isOpen =
    inner.type === 'object' && inner.properties !== undefined && !('additionalProperties' in inner)
  return isOpen ? { ...inner, additionalProperties: false } : inner
}

/** A JSON pointer as a fragment (RFC 6901, 6). */
const pointer = (...parts: readonly string[]): string =>
  `#${parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`

export class AnswerValidation {
  readonly #document: ApiDocument
  readonly #ajv: Ajv2020
  readonly #addresses: readonly { readonly template: string; readonly pattern: RegExp }[]

  constructor(document: object) {
    this.#document = document as ApiDocument
    // not strict: OpenAPI has keywords of its own (example, deprecated, x-…)
    this.#ajv = new Ajv2020({ allErrors: true, strict: false })
    addFormats.default(this.#ajv)
    this.#ajv.addSchema(closed(document) as object, 'api')
    const parameters = (template: string) => template.split('{').length
    this.#addresses = Object.entries(this.#document.paths)
      .map(([template, item]) => ({ template, pattern: patternOf(template, Object.values(item)) }))
      .sort((a, b) => parameters(a.template) - parameters(b.template))
  }

  /** @throws an Error naming the operation, the request and what is wrong */
  check(answer: GivenAnswer): void {
    const path = answer.path.replace(/[?#].*$/s, '')
    const method = answer.method === 'HEAD' ? 'get' : answer.method.toLowerCase()
    const matching = this.#addresses.filter(({ pattern }) => pattern.test(path))
    const address = matching.find(({ template }) => this.#document.paths[template]![method] !== undefined)
    if (address === undefined) this.#checkWithoutOperation(answer)
    else this.#checkOperation(address.template, method, answer)
  }

  #checkOperation(template: string, method: string, answer: GivenAnswer): void {
    const operation = this.#document.paths[template]![method]!
    const fail = failing(operation.operationId, answer)
    const response = operation.responses[answer.status]
    if (response === undefined) {
      fail(`the status is not described${answer.status < 400 ? '' : `: ${answer.text ?? ''}`}`)
    }
    const where = response!.$ref?.slice(2).split('/') ?? [
      'paths',
      template,
      method,
      'responses',
      String(answer.status),
    ]
    const { content } = this.#at<ResponseObject>(where)
    const type = mediaType(answer.type)
    if (content === undefined) {
      if (answer.text) fail('nothing is described, and something was answered')
      return
    }
    if (content[type] === undefined) fail(`the media type ${type || '(none)'} is not described`)
    if (answer.method === 'HEAD' || answer.text === undefined) return
    const media = [...where, 'content', type]
    if (type === 'application/json') this.#checkJson(answer.text, [...media, 'schema'], fail)
    else if (Object.hasOwn(content[type]!, 'x-item-schema')) {
      for (const line of answer.text.split('\n').slice(0, -1)) {
        this.#checkJson(line, [...media, 'x-item-schema'], fail)
      }
    }
  }

  /** Where no operation is, an error is answered, or to a browser’s question about an origin nothing. */
  #checkWithoutOperation(answer: GivenAnswer): void {
    const fail = failing('no operation', answer)
    if (answer.method === 'OPTIONS' && answer.status === 204 && !answer.text) return
    if (!withoutOperation.has(answer.status)) fail('nothing is described at this address')
    if (mediaType(answer.type) !== 'application/json') fail('an error must be JSON')
    if (answer.method !== 'HEAD' && answer.text !== undefined) {
      this.#checkJson(answer.text, ['components', 'schemas', 'Error'], fail)
    }
  }

  #checkJson(text: string, where: readonly string[], fail: (problem: string) => never): void {
    const validate = this.#ajv.getSchema(`api${pointer(...where)}`) as ValidateFunction | undefined
    if (validate === undefined) throw new Error(`the description holds no schema at ${where.join('/')}`)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      fail(`no JSON: ${text.slice(0, 200)}`)
    }
    if (validate(value)) return
    // never the value: it may be the secret that slipped out
    const problems = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    )
    fail(problems.join('; '))
  }

  #at<Found>(parts: readonly string[]): Found {
    return parts.reduce<unknown>(
      (value, part) => (value as Record<string, unknown>)[part],
      this.#document,
    ) as Found
  }
}

/** `/repos/{id}` as a pattern; a parameter that may hold slashes takes the rest. */
function patternOf(template: string, operations: readonly OperationObject[]): RegExp {
  const slashed = new Set(
    operations
      .flatMap(({ parameters = [] }) => parameters)
      .flatMap((parameter) => (parameter['x-may-hold-slashes'] ? parameter.name : [])),
  )
  const source = template
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 0 ? RegExp.escape(part) : slashed.has(part) ? '.+' : '[^/]+'))
    .join('')
  return new RegExp(`^${source}$`, 's')
}

const mediaType = (type: string | null | undefined): string => type?.split(';')[0]?.trim().toLowerCase() ?? ''

const failing =
  (operationId: string, { method, path, status }: GivenAnswer) =>
  (problem: string): never => {
    throw new Error(
      `${operationId}: ${method} ${path} answered ${status}, which is not as described: ${problem}`,
    )
  }
