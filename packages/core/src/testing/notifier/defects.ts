import type { NotifierAdapter, NotifierCall } from '../../ports/index.ts'
import type { configCases } from './config-cases.ts'
import type { sendCases } from './send-cases.ts'

/** A notifier that does one thing wrong: what wraps a right one. */
export type NotifierDefect = (right: NotifierAdapter) => NotifierAdapter

type DefectsOf<Cases> = { readonly [Rule in keyof Cases]: NotifierDefect }

const alter =
  (change: (right: NotifierAdapter) => Partial<NotifierAdapter>): NotifierDefect =>
  (right) => ({ ...right, ...change(right) })

/** Answers what the right one would, but where `send` came to a failure it does something else. */
const sending = (change: NotifierAdapter['send']): NotifierDefect => alter(() => ({ send: change }))

const configDefects: DefectsOf<typeof configCases> = {
  'what came of a config is taken again, and is the same': alter((right) => ({
    parseConfig: (input) => {
      const result = right.parseConfig(input)
      return result.ok ? { ok: true, config: { ...(result.config as object), at: new Date(0) } } : result
    },
  })),
  'what is no config is refused, and not thrown at': alter((right) => ({
    parseConfig: (input) =>
      right.parseConfig({ ...(input as object), url: (input as { url: string }).url.trim() }),
  })),
  'a field that is wrong is named': alter((right) => ({
    parseConfig: (input) =>
      typeof input === 'object' && input && 'url' in input
        ? { ok: true, config: input }
        : right.parseConfig(input),
  })),
  'fields that it does not know are dropped': alter((right) => ({
    parseConfig: (input) => {
      const result = right.parseConfig(input)
      return result.ok ? { ok: true, config: input } : result
    },
  })),
  'a problem repeats nothing of what was given': alter((right) => ({
    parseConfig: (input) => {
      const result = right.parseConfig(input)
      return result.ok ? result : { ...result, problem: `must not be ${JSON.stringify(input)}` }
    },
  })),
  'with its secret fields and URLs masked, a config holds no secret': alter(() => ({ secretFields: [] })),
  'a masked URL still shows its host, and masked again it is the same': alter(() => ({
    maskUrl: () => 'https://masked.invalid/***',
  })),
  'masking what is no URL throws nothing and shows nothing': alter((right) => ({
    maskUrl: (url) => (URL.canParse(url) ? right.maskUrl(url) : url),
  })),
}

const sendDefects: DefectsOf<typeof sendCases> = {
  'a message that was taken is a success': sending(async () => ({
    ok: false,
    kind: 'permanent',
    message: 'no',
  })),
  'every refusal has the kind that decides whether it is tried again': alter((right) => ({
    async send(...given) {
      const result = await right.send(...given)
      return result.ok ? result : { ...result, kind: 'transient' }
    },
  })),
  'a refusal says why': alter((right) => ({
    async send(...given) {
      const result = await right.send(...given)
      return { ...result, message: 'something went wrong' }
    },
  })),
  'a network that fails is a result and worth another try': alter((right) => ({
    async send(message, config, call) {
      await call.fetch('https://board.example/')
      return right.send(message, config, call)
    },
  })),
  'an address that the rules forbid is a matter of the config': alter((right) => ({
    async send(...given) {
      const result = await right.send(...given)
      return !result.ok && result.kind === 'config' ? { ...result, kind: 'transient' } : result
    },
  })),
  'an answer that makes no sense is a result': alter((right) => ({
    async send(message, config, call) {
      const fetch: NotifierCall['fetch'] = async (...given) => {
        const answer = await call.fetch(...given)
        JSON.parse(await answer.clone().text())
        return answer
      }
      let failure: unknown
      const result = await right.send(message, config, {
        ...call,
        fetch: (...given) =>
          fetch(...given).catch((error: unknown) => {
            failure = error
            throw error
          }),
      })
      if (failure instanceof SyntaxError) throw failure
      return result
    },
  })),
  'a redirect is not followed and is no success': alter((right) => ({
    send: (message, config, call) =>
      right.send(message, config, {
        ...call,
        async fetch(...given) {
          const answer = await call.fetch(...given)
          const location = answer.headers.get('location')
          return location === null ? answer : call.fetch(location)
        },
      }),
  })),
  'a send that is given up ends, with a result': alter((right) => ({
    send: (message, config, call) =>
      right.send(message, config, {
        ...call,
        fetch: (url, init = {}) => call.fetch(url, { ...init, signal: null }),
      }),
  })),
  'no secret is in a result, whatever the provider says': alter((right) => ({
    async send(...given) {
      const result = await right.send(...given)
      return result.ok ? result : { ...result, message: `${result.message} (${JSON.stringify(given[1])})` }
    },
  })),
  'it may be asked to send the same message again': (right) => {
    let isSent = false
    return {
      ...right,
      async send(...given) {
        if (isSent) return { ok: false, kind: 'permanent', message: 'sent already' }
        isSent = true
        return right.send(...given)
      },
    }
  },
  'nothing is sent but through the way out that it is given': sending(async () => ({
    ok: true,
    message: 'ok',
  })),
}

/** Theme → rule → a notifier that breaks it: what proves that the suite can fail. */
export const notifierDefects: Readonly<Record<string, Readonly<Record<string, NotifierDefect>>>> = {
  'reading and masking a config': configDefects,
  sending: sendDefects,
}
