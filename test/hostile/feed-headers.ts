import { vectorsOf } from './corpus.ts'
import { rawRequest } from './raw-request.ts'
import { readAnswer } from './ways.ts'
import type { World } from './world.ts'

/** The requests that every header of the corpus goes with: one that reads, one that changes, one by id. */
const requests = ['GET /api/v1/repos', 'POST /api/v1/users', 'GET /api/v1/repos/2'] as const
const isChange = (request: string): boolean => request.startsWith('POST')

/** What must become of a request with such a header; `null`: it is answered as if the header were not there. */
function wantedCode(code: string, request: string): string | null {
  switch (code) {
    case 'host_not_allowed':
      return 'HOST_NOT_ALLOWED'
    // a page that may not read the answer changes nothing by asking for it
    case 'origin_not_allowed':
      return isChange(request) ? 'ORIGIN_NOT_ALLOWED' : null
    case 'bad_token':
      return 'UNAUTHENTICATED'
    // no header value holds a control character (RFC 9110, 5.5)
    case 'regenerate':
      return 'INVALID_INPUT'
    default:
      return null
  }
}

/** What would forge a line or turn it round. */
const forging = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** Looks at the entry of a deletion by somebody who said this of himself: it is shown, and cannot forge anything. */
async function problemsWithEntry(
  gitferry: World['gitferry'],
  { user, said }: { readonly user: number; readonly said: string },
): Promise<string[]> {
  const deleted = { object_type: 'user', object_id: user, type: 'delete' } as const
  const [entry] = (await gitferry.audit.list(deleted)).items
  if (entry === undefined) return ['there is no entry of what was done in process']
  const { ip, operator, request_id, user_agent } = await gitferry.audit.get(entry.id)
  const readable = said.replace(new RegExp(forging, 'gu'), '\ufffd')
  return Object.entries({ ip, operator, request_id, user_agent }).flatMap(([field, value]) =>
    value === readable && !forging.test(value)
      ? []
      : [`the entry holds as ${field} ${JSON.stringify(value)}`],
  )
}

/** Sends every header of the corpus, as bytes, with several requests; in process it is what a principal brings along. */
export async function feedHeaders(world: World) {
  const { gitferry, headers, ids, url } = world
  const problems: string[] = []
  const vectors = vectorsOf('http_header')
  for (const { code, id, text } of vectors) {
    const [name = ''] = text.split(':')
    for (const request of requests) {
      const body = isChange(request) ? `{"name":"${id}"}` : ''
      const usual: Record<string, string> = {
        Host: new URL(url).host,
        Authorization: headers.authorization ?? '',
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
      }
      const others = Object.entries(usual).filter(([key]) => key.toLowerCase() !== name.toLowerCase())
      const lines = [`${request} HTTP/1.1`, ...others.map(([key, value]) => `${key}: ${value}`), text]
      const answer = await rawRequest(url, lines, body)
      const outcome = readAnswer(answer)
      const wanted = wantedCode(code, request)
      if (outcome.code !== wanted) problems.push(`${id} ${request}: ${outcome.code}, not ${wanted}`)
      if (answer.head.includes('forged')) problems.push(`${id} ${request}: the header comes back`)
      if (/access-control-allow/i.test(answer.head)) problems.push(`${id} ${request}: a page may read it`)
      if (outcome.code === null && isChange(request)) {
        const [entry] = (await gitferry.audit.list({ type: 'create', object_type: 'user' })).items
        if (entry?.ip !== '127.0.0.1') problems.push(`${id}: the audit log says that ${entry?.ip} asked`)
      }
    }
    const caller = { user: text, ip: text, userAgent: text, requestId: text }
    const { id: user } = await gitferry.as(caller).users.create({ name: `as-${id}` })
    await gitferry.as(caller).users.delete(user)
    for (const problem of await problemsWithEntry(gitferry, { user, said: text }))
      problems.push(`${id}: ${problem}`)
  }
  // what asked for another method has deleted nothing
  const { total } = await gitferry.repos.list()
  if (total < Math.max(ids.work, ids.fresh)) problems.push('a header has deleted a repository')
  return { problems, pairs: vectors }
}
