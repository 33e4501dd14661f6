import { createHmac } from 'node:crypto'
import { fromUnknown } from '@gitferry/core/errors'
import { endpoints } from '@gitferry/core/wire'
import { sendOverHttp } from '../checked-fetch-over-http.ts'
import { answeredInTime } from './answered-in-time.ts'
import { type Vector, vectorsOf } from './corpus.ts'
import { readAnswer } from './ways.ts'
import { type World, webhookSecret } from './world.ts'

const hmac = (algorithm: string, body: Uint8Array): string =>
  `${algorithm}=${createHmac(algorithm, webhookSecret).update(body).digest('hex')}`

/** The header that the corpus describes. */
function signatureOf({ bytes, signature = '' }: Vector): string {
  if (signature.startsWith('sha1=')) return hmac('sha1', bytes)
  if (signature.startsWith('SHA256=')) return hmac('sha256', bytes).replace('sha256', 'SHA256')
  return signature.startsWith('valid') ? hmac('sha256', bytes) : signature
}

function headersOf(vector: Vector): Record<string, string> {
  const isForm = vector.code === 'content_type'
  return {
    'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    'x-github-delivery': vector.id,
    'x-hub-signature-256': signatureOf(vector),
  }
}

/** Sends every webhook of the corpus twice under one id, and gives it twice to the method where there is one. */
export async function feedWebhooks({ gitferry, url }: Pick<World, 'url'> & Partial<Pick<World, 'gitferry'>>) {
  const problems: string[] = []
  const vectors = vectorsOf('webhook_body')
  const { method, path } = endpoints['webhooks.taskSync']
  for (const vector of vectors) {
    const headers = headersOf(vector)
    const isSigned = vector.signature?.startsWith('valid') === true
    const wanted = !isSigned
      ? 'SIGNATURE_INVALID'
      : vector.code === 'content_type'
        ? 'UNSUPPORTED_MEDIA_TYPE'
        : 'INVALID_INPUT'
    const overHttp = async () =>
      readAnswer(await sendOverHttp(new URL(path, url), { method, headers }, vector.bytes)).code
    const called = async ({ webhooks }: World['gitferry']) => {
      const webhook = { body: vector.bytes, headers: new Headers(headers), ip: '127.0.0.1' }
      return webhooks.taskSync(webhook).then(
        () => null,
        (error: unknown) => fromUnknown(error).code,
      )
    }
    const ways = { HTTP: overHttp, ...(gitferry && { 'in process': () => called(gitferry) }) }
    for (const [way, ask] of Object.entries(ways)) {
      for (const code of [await answeredInTime(ask), await answeredInTime(ask)]) {
        if (code !== wanted) problems.push(`${vector.id} ${way}: ${code}, not ${wanted}`)
      }
    }
  }
  return { problems, pairs: vectors }
}
