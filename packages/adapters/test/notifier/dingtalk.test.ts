import { readFileSync } from 'node:fs'
import type { NotificationMessage, NotifierCall, NotifierResult } from '@gitferry/core/ports'
import { describeNotifier } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DingtalkRobot, type RobotOptions } from '../../../../test/dingtalk-robot.ts'
import { type DingtalkConfig, dingtalkNotifier } from '../../src/notifier/dingtalk.ts'

const vectors = JSON.parse(readFileSync(new URL('../fixtures/wire-vectors.json', import.meta.url), 'utf8'))
const vector: { secret: string; timestamp: string; query: string; base64: string } = vectors.outbound.dingtalk

const message: NotificationMessage = {
  event: 'sync_failure',
  title: '[失败] 同步任务 main-to-backup',
  text: '任务：main-to-backup\n错误：no route',
  id: 'gitferry-delivery-1',
}
const signal = new AbortController().signal

const answer = (errcode: number, errmsg: string, status = 200) => ({
  status,
  body: JSON.stringify({ errcode, errmsg }),
})

describe('the DingTalk notifier is a notifier', () => {
  describeNotifier({ describe, it, beforeEach, afterEach }, () => ({
    adapter: dingtalkNotifier(),
    config: {
      webhook: 'https://oapi.dingtalk.com/robot/send?access_token=token-0123456789',
      secret: 'SEC-signature-secret',
      at_mobiles: ['13800000000'],
    },
    secrets: ['token-0123456789', 'SEC-signature-secret'],
    taken: answer(0, 'ok'),
    refused: {
      config: [
        answer(310000, 'sign not match'),
        answer(300001, 'token is not exist'),
        answer(0, 'ok', 404),
        answer(0, 'ok', 302),
      ],
      throttled: [answer(130101, 'send too fast'), answer(0, '', 429)],
      transient: [answer(-1, 'system busy'), answer(0, 'ok', 502)],
      permanent: [answer(460101, 'message too long'), answer(400105, 'unknown'), { status: 200, body: 'ok' }],
    },
    refusalSaying: (text) => answer(400105, text),
  }))
})

/** Sends with the platform's own fetch: which way out is taken is core's concern. */
function send(
  config: DingtalkConfig,
  call: Partial<NotifierCall> = {},
  given = message,
): Promise<NotifierResult> {
  return dingtalkNotifier().send(given, config, { signal, now: Date.now(), fetch: globalThis.fetch, ...call })
}

/** What would be sent, without sending it. */
async function requestOf(config: Partial<DingtalkConfig>, now: number, given = message) {
  const requests: { url: URL; body: string }[] = []
  const fetch: NotifierCall['fetch'] = async (url, init) => {
    requests.push({ url: new URL(url), body: String(init?.body) })
    return Response.json({ errcode: 0, errmsg: 'ok' })
  }
  const webhook = 'https://oapi.dingtalk.com/robot/send?access_token=t'
  await send({ webhook, ...config }, { now, fetch }, given)
  return requests[0]!
}

describe('a message to DingTalk', () => {
  it('is signed as the vendor’s vector says, with the base64 encoded for a query', async () => {
    const { url } = await requestOf({ secret: vector.secret }, Number(vector.timestamp))
    expect(url.search).toBe(`?access_token=t&${vector.query}`)
    expect(url.searchParams.get('sign')).toBe(vector.base64)
  })

  it('puts nothing of its values into a header or into the address, line ends least of all', async () => {
    const sent: [url: string, headers: Headers][] = []
    const fetch: NotifierCall['fetch'] = async (url, init) => {
      sent.push([String(url), new Headers(init?.headers)])
      return Response.json({ errcode: 0, errmsg: 'ok' })
    }
    const webhook = 'https://oapi.dingtalk.com/robot/send?access_token=t'
    const evil = 'x\r\nX-Evil: 1\r\n\r\n'
    const given = { event: message.event, id: evil, title: evil, text: evil }
    await send({ webhook, keyword: evil, at_mobiles: [evil] }, { fetch }, given)
    expect(sent.map(([url, headers]) => [url, [...headers.keys()]])).toEqual([[webhook, ['content-type']]])
    expect(sent[0]?.[1].get('content-type')).toMatch(/^application\/json\b/)
  })

  it('replaces a signature that the configured URL holds already', async () => {
    const webhook = 'https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1&sign=old'
    const { url } = await requestOf({ webhook, secret: vector.secret }, Number(vector.timestamp))
    expect(url.searchParams.getAll('sign')).toEqual([vector.base64])
    expect(url.searchParams.getAll('timestamp')).toEqual([vector.timestamp])
  })

  it('is not signed without a secret', async () => {
    expect((await requestOf({}, 0)).url.search).toBe('?access_token=t')
  })

  it('is cut at 20,000 bytes between two characters, and keeps the keyword and the names', async () => {
    for (const text of ['文'.repeat(30_000), '😀'.repeat(30_000), '"\n'.repeat(30_000)]) {
      const config = { keyword: '同步完毕', at_mobiles: ['13800000000'] }
      const { body } = await requestOf(config, 0, { ...message, text })
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000)
      expect(Buffer.byteLength(body)).toBeGreaterThan(19_900)
      const { content } = JSON.parse(body).text
      expect(content.isWellFormed()).toBe(true)
      expect(content).toMatch(/…\n\n同步完毕\n\n@13800000000$/)
    }
  })

  it('in markdown has each line on its own, and no markup of its values', async () => {
    const text = '任务：*bold* [x](http://evil)\n# 分支：feature/a_b'
    const { body } = await requestOf({ msgtype: 'markdown' }, 0, { ...message, text })
    const { markdown } = JSON.parse(body)
    expect(markdown.title).toBe(message.title)
    expect(markdown.text).toBe(
      '### \\[失败\\] 同步任务 main\\-to\\-backup\n\n任务：\\*bold\\* \\[x\\]\\(http://evil\\)  \n\\# 分支：feature/a\\_b',
    )
  })
})

describe('a robot with the vendor’s rules', () => {
  const robots: DingtalkRobot[] = []
  const start = async (options: RobotOptions = {}) => {
    const robot = await DingtalkRobot.start(options)
    robots.push(robot)
    return robot
  }

  afterEach(async () => {
    for (const robot of robots.splice(0)) await robot.close()
  })

  it('takes a signed message', async () => {
    const robot = await start({ secret: 'SECabc' })
    expect(await send({ webhook: robot.webhook, secret: 'SECabc' })).toEqual({ ok: true, message: 'ok' })
    expect(robot.messages[0]?.text).toBe(`${message.title}\n${message.text}`)
  })

  it.each([
    ['an unsigned message', {}, 0],
    ['a message signed with another secret', { secret: 'SECother' }, 0],
    ['a message signed more than an hour ago', { secret: 'SECabc' }, -3_700_000],
    ['a message signed more than an hour ahead', { secret: 'SECabc' }, 3_700_000],
  ])('refuses %s as a matter of the config', async (_, config, shift) => {
    const robot = await start({ secret: 'SECabc' })
    const result = await send({ webhook: robot.webhook, ...config }, { now: Date.now() + shift })
    expect(result).toMatchObject({ ok: false, kind: 'config', message: expect.stringContaining('310000') })
    expect(robot.messages).toEqual([])
  })

  it('gets the keyword that it asks for, once', async () => {
    const robot = await start({ keyword: '告警' })
    const { webhook } = robot
    expect(await send({ webhook })).toMatchObject({ kind: 'config' })
    expect(await send({ webhook, keyword: '告警' })).toMatchObject({ ok: true })
    expect(await send({ webhook, keyword: '告警' }, {}, { ...message, text: '告警：x' })).toMatchObject({
      ok: true,
    })
    expect(robot.messages.map(({ text }) => text.split('告警').length - 1)).toEqual([1, 1])
  })

  it('that does not know the token is a matter of the config', async () => {
    const robot = await start()
    const webhook = robot.webhook.replace(robot.token, 'another-token')
    const result = await send({ webhook })
    expect(result).toMatchObject({ kind: 'config', message: expect.stringContaining('300001') })
  })

  it('throttles the 21st message of a minute for ten minutes', async () => {
    const robot = await start()
    for (let count = 0; count < 20; count += 1)
      expect(await send({ webhook: robot.webhook })).toMatchObject({ ok: true })
    const result = await send({ webhook: robot.webhook })
    expect(result).toMatchObject({ ok: false, kind: 'throttled', retryAfterMs: 600_000 })
  })

  it.each(['HTTP 502', 'cut', 'busy'] as const)(
    'that fails for a moment (%s) is worth another try',
    async (trouble) => {
      const robot = await start()
      robot.fail(trouble)
      expect(await send({ webhook: robot.webhook })).toMatchObject({ ok: false, kind: 'transient' })
      expect(await send({ webhook: robot.webhook })).toMatchObject({ ok: true })
    },
  )
})
