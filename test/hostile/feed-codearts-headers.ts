import type { CodeArtsIds } from './codearts-requests.ts'
import { vectorsOf } from './corpus.ts'
import { problemWithAnswer } from './feed-codearts.ts'
import { rawRequest } from './raw-request.ts'
import type { World } from './world.ts'

/** What is wrong with an answer to a request with such a header; `undefined`: nothing. */
function problemWith(
  { code, isChange }: { readonly code: string; readonly isChange: boolean },
  { head, status, text }: Awaited<ReturnType<typeof rawRequest>>,
): string | undefined {
  if (head.includes('forged')) return 'the header comes back'
  switch (code) {
    case 'bad_token':
      return status === 401 && text.includes('"APIG.0301"') ? undefined : `${status} ${text}`
    // refused before it is known which API is asked
    case 'host_not_allowed':
    case 'regenerate':
      return status === 403 || status === 400 ? undefined : `${status} ${text}`
    case 'origin_not_allowed':
      if (isChange) return status === 403 ? undefined : `${status} ${text}`
  }
  return status === 200 ? problemWithAnswer(status, 'application/json', text) : `${status} ${text}`
}

/** Sends every header of the corpus, as bytes, with a request that reads and one that changes. */
export async function feedCodeArtsHeaders({ ids, token, url }: World, { hostedUuid }: CodeArtsIds) {
  const problems: string[] = []
  const requests = {
    [`GET /v1/repositories/${hostedUuid}/status`]: '',
    [`POST /v2/repositories/${ids.hosted}/protected-tags`]: '{"name":"v*"}',
  }
  for (const [line, body] of Object.entries(requests)) {
    for (const { code, id, text } of vectorsOf('http_header')) {
      const [name = ''] = text.split(':')
      const usual = {
        Host: new URL(url).host,
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
      }
      const others = Object.entries(usual).filter(([key]) => key.toLowerCase() !== name.toLowerCase())
      const lines = [`${line} HTTP/1.1`, ...others.map(([key, value]) => `${key}: ${value}`), text]
      const problem = problemWith({ code, isChange: body !== '' }, await rawRequest(url, lines, body))
      if (problem !== undefined) problems.push(`${id} ${line}: ${problem}`)
    }
  }
  return problems
}
