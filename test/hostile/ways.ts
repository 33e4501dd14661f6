import type { Gitferry } from '@gitferry/core'
import { fromUnknown } from '@gitferry/core/errors'
import type { EndpointName } from '@gitferry/core/wire'
import { sendOverHttp } from '../checked-fetch-over-http.ts'
import { type ApiRequest, callArguments, httpRequest, type Outcome } from './request.ts'

/** One of the two ways by which gitferry is asked. */
export interface Way {
  readonly name: 'HTTP' | 'in process'
  ask(endpoint: EndpointName, request: ApiRequest): Promise<Outcome>
}

/** What an answer of the server says; every error must come in the envelope. */
export function readAnswer({ status, text }: { readonly status: number; readonly text: string }): Outcome {
  if (status < 400) return { code: null, answer: text.startsWith('{') ? JSON.parse(text) : text, text }
  const { code, data, error, message, request_id } = JSON.parse(text)
  if (code !== status || data !== null || typeof request_id !== 'string' || typeof error?.code !== 'string') {
    throw new Error(`no envelope: ${text}`)
  }
  return { code: error.code, status, message, field: error.details.field, text }
}

/** Through a server at `baseUrl`. Every answer is held to the description of the API besides. */
export function overHttp(baseUrl: string, headers: Readonly<Record<string, string>>): Way {
  return {
    name: 'HTTP',
    async ask(endpoint, request) {
      const { method, path, body = '' } = httpRequest(endpoint, request)
      const all = { ...headers, ...(body === '' ? {} : { 'content-type': 'application/json' }) }
      return readAnswer(await sendOverHttp(new URL(path, baseUrl), { method, headers: all }, body))
    },
  }
}

/** By the methods of the interface, as an application calls them. */
export function inProcess(gitferry: Gitferry): Way {
  return {
    name: 'in process',
    async ask(endpoint, request) {
      try {
        const answer = await call(gitferry, endpoint, request)
        return { code: null, answer: { data: answer }, text: JSON.stringify(answer) ?? '' }
      } catch (thrown) {
        const { code, details, message, status } = fromUnknown(thrown)
        const text = JSON.stringify({ message, details })
        return { code, status, message, field: details.field as string | undefined, text }
      }
    },
  }
}

async function call(gitferry: Gitferry, endpoint: EndpointName, request: ApiRequest): Promise<unknown> {
  if (endpoint === 'events') {
    const events = gitferry.eventsOf(String(request.query?.names).split(','))
    return void (await events.return())
  }
  if (endpoint === 'content.archive') {
    const archive = await gitferry.content.archive(Number(request.path?.id), request.query)
    return (await new Response(archive).bytes()).length
  }
  if (endpoint === 'audit.export') {
    for await (const entry of gitferry.audit.export(request.query)) return entry
    return null
  }
  if (endpoint === 'sync.tasks.runs') {
    return gitferry.sync.runs.list({ ...request.query, task_id: Number(request.path?.id) })
  }
  const names = endpoint.split('.')
  const method = names.pop() ?? ''
  const service = names.reduce(
    (from, name) => from[name] as Readonly<Record<string, unknown>>,
    gitferry as unknown as Readonly<Record<string, unknown>>,
  ) as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>
  return service[method]?.(...callArguments(endpoint, request))
}
