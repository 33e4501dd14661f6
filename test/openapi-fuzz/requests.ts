import { createHmac } from 'node:crypto'
import type { ApiDocument, Operation, Parameter } from './api-document.ts'
import type { Dice } from './dice.ts'
import { collectionOf, idsOf, type KnownValues } from './known-values.ts'
import { hostileTexts, hostileValues, SchemaValues } from './values.ts'

/** One request, as it goes over the line. */
export interface FuzzRequest {
  readonly operation: Operation
  readonly method: string
  /** Path and query, encoded. */
  readonly target: string
  readonly headers: Record<string, string>
  readonly body: string | Buffer
}

type Kind = 'valid' | 'broken' | 'wild' | 'carried badly'

/** Draws requests for the operations of a description. */
export class FuzzRequests {
  readonly #dice: Dice
  readonly #known: KnownValues
  readonly #values: SchemaValues
  readonly #webhookSecret: string

  constructor(options: { document: ApiDocument; known: KnownValues; dice: Dice; webhookSecret: string }) {
    this.#dice = options.dice
    this.#known = options.known
    this.#webhookSecret = options.webhookSecret
    this.#values = new SchemaValues(options)
  }

  draw(operation: Operation): FuzzRequest {
    const dice = this.#dice
    const kind = dice.oneOf<Kind>([
      'valid',
      'valid',
      'valid',
      'valid',
      'valid',
      'broken',
      'broken',
      'broken',
      'wild',
      'carried badly',
    ])
    const headers: Record<string, string> = {}
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      this.#inPath(operation, name, kind),
    )
    const query = this.#query(operation, kind)
    for (const parameter of operation.parameters) {
      if (parameter.in !== 'header' || dice.chance(0.5)) continue
      headers[parameter.name] = headerText(this.#value(operation, parameter, kind))
    }
    // a stream of events never ends by itself; some want it all the same
    if (dice.chance(0.1)) headers.accept = dice.oneOf(['text/event-stream', '*/*', 'text/html', ''])
    const drawn = operation.body === undefined ? undefined : this.#body(operation, kind)
    const body = harmless(drawn === undefined ? '' : (JSON.stringify(drawn) ?? ''))
    if (body !== '') headers['content-type'] = 'application/json'
    if (operation.operationId === 'webhooksTaskSync' && dice.chance(0.8)) {
      headers['X-Hub-Signature-256'] =
        `sha256=${createHmac('sha256', this.#webhookSecret).update(body).digest('hex')}`
    }
    const request = { operation, method: operation.method, target: path + query, headers, body }
    return kind === 'carried badly' ? this.#badly(request) : request
  }

  #value(operation: Operation, { name, schema }: Pick<Parameter, 'name' | 'schema'>, kind: Kind): unknown {
    const dice = this.#dice
    if (kind === 'wild' || (kind === 'broken' && dice.chance(0.3))) return dice.oneOf(hostileTexts)
    if (name === 'id') return this.#values.make(schema, { name: idsOf(collectionOf(operation.path)) })
    // `/remotes/{name}` is the name of another thing than `/users?name=`
    const owner = new RegExp(`(\\w+)/\\{${name}\\}`).exec(operation.path)?.[1] ?? ''
    return this.#values.make(schema, { name, owner })
  }

  #inPath(operation: Operation, name: string, kind: Kind): string {
    const parameter = operation.parameters.find((each) => each.in === 'path' && each.name === name)
    const value = this.#value(operation, parameter ?? { name, schema: { type: 'string' } }, kind)
    const text = String(value).toWellFormed()
    if (kind === 'wild' && this.#dice.chance(0.3)) return text.replace(/[^\w%./-]/g, '') || 'x'
    const encoded = encodeURIComponent(text)
    return parameter?.['x-may-hold-slashes'] && this.#dice.chance(0.7)
      ? encoded.replaceAll('%2F', '/')
      : encoded
  }

  #query(operation: Operation, kind: Kind): string {
    const dice = this.#dice
    const search = new URLSearchParams()
    for (const parameter of operation.parameters) {
      if (parameter.in !== 'query' || !(parameter.required || dice.chance(0.35))) continue
      const times = kind === 'broken' && dice.chance(0.15) ? 2 : 1
      for (let time = 0; time < times; time += 1) {
        search.append(parameter.name, String(this.#value(operation, parameter, kind)))
      }
    }
    if (kind === 'wild' && dice.chance(0.5)) search.append(dice.oneOf(hostileTexts), dice.oneOf(hostileTexts))
    const text = search.size === 0 ? '' : `?${search}`
    return kind === 'wild' && dice.chance(0.2) ? `?%${text}&&=&a[]=1` : text
  }

  #body(operation: Operation, kind: Kind): unknown {
    const dice = this.#dice
    if (kind === 'wild') return dice.chance(0.5) ? dice.oneOf(hostileValues) : this.#wildObject(operation)
    // as the documentation shows it, now and then
    const made =
      dice.chance(0.15) && operation.example !== undefined
        ? structuredClone(operation.example)
        : this.#values.make(operation.body!, { name: '' })
    if (kind !== 'broken' || typeof made !== 'object' || made === null) return made
    const fields = made as Record<string, unknown>
    const names = Object.keys(fields)
    const name = names.length === 0 ? 'x' : dice.oneOf(names)
    switch (dice.whole(0, 3)) {
      case 0:
        return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name))
      case 1:
        return {
          ...fields,
          [dice.oneOf(['id', 'version', 'constructor', 'x', name.toUpperCase()])]: dice.oneOf(hostileValues),
        }
      default:
        return { ...fields, [name]: dice.oneOf(hostileValues) }
    }
  }

  #wildObject(operation: Operation): unknown {
    const made = this.#values.make(operation.body!, { name: '' })
    if (typeof made !== 'object' || made === null) return made
    return Object.fromEntries(Object.keys(made).map((name) => [name, this.#dice.oneOf(hostileValues)]))
  }

  /** The same request, with something wrong on its way. */
  #badly(request: FuzzRequest): FuzzRequest {
    const { body, headers } = request
    const withBody = (given: string | Buffer, type = 'application/json') => ({
      ...request,
      headers: { ...headers, 'content-type': type },
      body: given,
    })
    switch (this.#dice.whole(0, 9)) {
      case 0:
        return withBody(
          body,
          this.#dice.oneOf([
            'text/plain',
            'application/xml',
            'application/json; charset=utf-16',
            'multipart/form-data',
          ]),
        )
      case 1:
        return withBody(String(body).slice(0, -1))
      case 2:
        return withBody(`\ufeff${body}`)
      case 3:
        return withBody(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))
      case 4:
        return withBody(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`)
      case 5:
        return withBody(String(body).replace('{', '{"name":"a","name":"b",'))
      case 6:
        return withBody(`{"x":"${'y'.repeat(1_100_000)}"}`)
      case 7:
        return { ...request, headers: { ...headers, 'content-encoding': 'gzip' } }
      case 8:
        return { ...request, method: this.#dice.oneOf(['PATCH', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) }
      default:
        return {
          ...request,
          target: `${request.target.replace('?', '/?')}${request.target.includes('?') ? '' : '/'}`,
        }
    }
  }
}

const headerText = (value: unknown): string =>
  String(value)
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, 1_000) || 'x'

/** Nothing here may lead to a real host: what is no reserved name becomes one (RFC 6761). */
const harmless = (text: string): string =>
  text.replace(
    /(:\/\/(?:[^\s/"@\\]*@)?|git@)(?!git\.invalid|127\.|169\.254\.)[\w.-]+\.[a-z]{2,}/gi,
    '$1git.invalid',
  )
