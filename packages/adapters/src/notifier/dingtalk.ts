import { createHmac } from 'node:crypto'
import type {
  NotificationMessage,
  NotifierAdapter,
  NotifierCall,
  NotifierConfigResult,
  NotifierResult,
} from '@gitferry/core/ports'
import { cutToJsonBytes } from './cut-to-bytes.ts'
import { httpFailure } from './http-failure.ts'
import { networkFailure } from './network-failure.ts'

/** A custom robot of a DingTalk group. */
export interface DingtalkConfig {
  /** `https://oapi.dingtalk.com/robot/send?access_token=…`; a proxy's host will do. */
  readonly webhook: string
  /** `SEC…`, of a robot that asks for signatures. */
  readonly secret?: string
  /** Telephone numbers of the members who are called by name. */
  readonly at_mobiles?: readonly string[]
  /** The word of a robot that asks for one: added to a message that lacks it. */
  readonly keyword?: string
  /** Default `text`. */
  readonly msgtype?: 'text' | 'markdown'
}

/** Of the whole body, in bytes. */
const longestBody = 20_000
const tenMinutes = 600_000
/** Who goes over the limit is not heard for ten minutes. */
const tooFast = 130101
const busy = -1
/** The signature, the keyword or the address is not what the robot asks for; the token is unknown. */
const misconfigured = new Set([310000, 300001])

/**
 * Sends to custom robots of DingTalk. The vendor answers HTTP 200 whatever happens: `errcode` says how it went, and its
 * `errmsg` has changed before, so that nothing is read from it.
 *
 * https://open.dingtalk.com/document/robots/custom-robot-access
 */
export function dingtalkNotifier(): NotifierAdapter<DingtalkConfig> {
  return {
    type: 'dingtalk',
    secretFields: ['secret'],
    urlFields: ['webhook'],
    rate: { messages: 20, perMs: 60_000 },
    parseConfig,
    maskUrl,
    send,
  }
}

function parseConfig(input: unknown): NotifierConfigResult<DingtalkConfig> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, field: 'webhook', problem: 'must be given in an object' }
  }
  const { webhook, secret, at_mobiles, keyword, msgtype } = input as Readonly<Record<string, unknown>>
  if (typeof webhook !== 'string' || !URL.canParse(webhook) || !tokenOf(webhook)) {
    return { ok: false, field: 'webhook', problem: 'must be the URL of a robot, with its access_token' }
  }
  if (!isText(secret)) return { ok: false, field: 'secret', problem: 'must be text' }
  if (!isText(keyword)) return { ok: false, field: 'keyword', problem: 'must be text' }
  if (!isAbsent(at_mobiles) && !isNumbers(at_mobiles)) {
    return { ok: false, field: 'at_mobiles', problem: 'must be a list of telephone numbers, as text' }
  }
  if (!isAbsent(msgtype) && !isMessageType(msgtype)) {
    return { ok: false, field: 'msgtype', problem: 'must be text or markdown' }
  }
  const config = {
    webhook,
    ...(secret && { secret }),
    ...(!isAbsent(at_mobiles) && at_mobiles.length > 0 && { at_mobiles }),
    ...(keyword && { keyword }),
    ...(msgtype && { msgtype }),
  }
  return { ok: true, config }
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

const isText = (value: unknown): value is string | null | undefined =>
  isAbsent(value) || (typeof value === 'string' && value.length <= 500)

const isMessageType = (value: unknown): value is 'text' | 'markdown' =>
  value === 'text' || value === 'markdown'

const isNumbers = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length <= 100 &&
  value.every((number) => typeof number === 'string' && /^[+\d-]{5,20}$/.test(number))

const tokenOf = (webhook: string) => new URL(webhook).searchParams.get('access_token')

/** No parameter of a robot's URL is anybody's business. */
function maskUrl(webhook: string): string {
  if (!URL.canParse(webhook)) return '***'
  const url = new URL(webhook)
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, '***')
  return url.href
}

async function send(
  message: NotificationMessage,
  config: DingtalkConfig,
  { fetch, now, signal }: NotifierCall,
): Promise<NotifierResult> {
  try {
    const answer = await fetch(signedUrl(config, now), {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(bodyOf(message, config)),
      redirect: 'manual',
      signal,
    })
    return httpFailure(answer) ?? resultOf(await answer.text(), config)
  } catch (error) {
    return networkFailure(error)
  }
}

/** `searchParams` encodes the "+" and "/" of base64, which would mean something else in a query. */
function signedUrl({ webhook, secret }: DingtalkConfig, now: number): URL {
  const url = new URL(webhook)
  if (secret === undefined) return url
  const sign = createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64')
  url.searchParams.set('timestamp', String(now))
  url.searchParams.set('sign', sign)
  return url
}

function bodyOf({ title, text }: NotificationMessage, config: DingtalkConfig) {
  const { at_mobiles = [], keyword = '' } = config
  const isMarkdown = config.msgtype === 'markdown'
  const write = isMarkdown ? asMarkdown : (lines: string) => lines
  const content = isMarkdown ? `### ${write(title)}\n\n${write(text)}` : `${title}\n${text}`
  const names = at_mobiles.map((mobile) => `@${mobile}`).join(' ')
  const body = (whole: string) => ({
    ...(isMarkdown
      ? { msgtype: 'markdown', markdown: { title: cutToJsonBytes(title, 200), text: whole } }
      : { msgtype: 'text', text: { content: whole } }),
    at: { atMobiles: at_mobiles, isAtAll: false },
  })
  const ending = (word: string) =>
    [word, names]
      .filter(Boolean)
      .map((line) => `\n\n${line}`)
      .join('')
  // room for everything that must not be cut off
  const room = longestBody - Buffer.byteLength(JSON.stringify(body(ending(keyword))))
  const cut = cutToJsonBytes(content, room)
  // the robot looks for the very word, so it stays unescaped
  return body(`${cut}${ending(cut.includes(keyword) ? '' : keyword)}`)
}

/** A message is plain text: nothing in it is markup, and its lines stay apart (a single break would join them). */
const asMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]()<>#+\-.!|~]/g, (char) => `\\${char}`).replaceAll('\n', '  \n')

function resultOf(answer: string, config: DingtalkConfig): NotifierResult {
  const { errcode, errmsg } = readAnswer(answer)
  if (errcode === 0) return { ok: true, message: 'ok' }
  if (errcode === undefined)
    return { ok: false, kind: 'permanent', message: 'the answer is not that of a DingTalk robot' }
  const message = withoutSecrets(`errcode ${errcode}: ${errmsg}`, config)
  if (errcode === tooFast) return { ok: false, kind: 'throttled', message, retryAfterMs: tenMinutes }
  if (errcode === busy) return { ok: false, kind: 'transient', message }
  return { ok: false, kind: misconfigured.has(errcode) ? 'config' : 'permanent', message }
}

function readAnswer(answer: string): { readonly errcode?: number; readonly errmsg?: string } {
  try {
    const { errcode, errmsg } = Object(JSON.parse(answer)) as Readonly<Record<string, unknown>>
    return typeof errcode === 'number' ? { errcode, errmsg: String(errmsg ?? '') } : {}
  } catch {
    return {}
  }
}

function withoutSecrets(text: string, { webhook, secret }: DingtalkConfig): string {
  const secrets = [webhook, tokenOf(webhook), secret].filter((value) => value)
  return secrets.reduce<string>((rest, value) => rest.replaceAll(value!, '***'), text)
}
