import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RobotOptions {
  /** The robot asks for signatures made with it. */
  readonly secret?: string
  /** The robot asks for this word in every message. */
  readonly keyword?: string
  /** The time, in ms since 1970. Default: the machine's. */
  readonly now?: () => number
  /** Where to listen. Default: a free port. */
  readonly port?: number
  /** The `access_token` that its URL carries. */
  readonly token?: string
}

/** A message that the robot took. */
export interface RobotMessage {
  readonly msgtype: string
  /** `content` of text, `text` of markdown. */
  readonly text: string
  readonly title: string | undefined
  readonly atMobiles: readonly string[]
  /** The query of the URL that it came by. */
  readonly query: Readonly<Record<string, string>>
}

/** How often, and how, the robot fails before it works again. */
type Trouble = 'HTTP 502' | 'cut' | 'silent' | 'busy'

const hour = 3_600_000
const longestBody = 20_000

/**
 * A custom robot of DingTalk on 127.0.0.1, with the vendor's rules: token, signature within an hour of its clock,
 * keyword, 20 messages in any minute and then ten minutes of silence, 20,000 bytes. It answers HTTP 200 whatever
 * happens; `errcode` says what.
 */
export class DingtalkRobot {
  readonly #options: RobotOptions
  readonly #now: () => number
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #troubles: Trouble[] = []
  readonly #recent: number[] = []
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  #silentUntil = 0
  readonly token: string
  /** What it took, in order. */
  readonly messages: RobotMessage[] = []
  /** The errcode of every request that it answered, taken or not. */
  readonly errcodes: number[] = []
  /** How many requests came, answered or not. */
  requests = 0

  private constructor(options: RobotOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.token = options.token ?? 'robot-token-0123456789abcdef'
  }

  static async start(options: RobotOptions = {}): Promise<DingtalkRobot> {
    const robot = new DingtalkRobot(options)
    await new Promise<void>((resolve) => robot.#server.listen(options.port ?? 0, '127.0.0.1', resolve))
    return robot
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What `allowOutgoing` must hold for it to be reached. */
  get place(): string {
    return `127.0.0.1:${this.port}`
  }

  get webhook(): string {
    return `http://${this.place}/robot/send?access_token=${this.token}`
  }

  /** Fails the next requests, one after the other. */
  fail(...troubles: Trouble[]): void {
    this.#troubles.push(...troubles)
  }

  /** Waits until so many requests came. */
  async whenRequested(count: number): Promise<void> {
    if (this.requests >= count) return
    await new Promise<void>((resolve) => this.#waiting.add({ count, resolve }))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    this.requests += 1
    const trouble = this.#troubles.shift()
    if (trouble === 'HTTP 502') response.writeHead(502).end('Bad Gateway')
    else if (trouble === 'cut') request.socket.destroy()
    else if (trouble !== 'silent') {
      const [errcode, errmsg] =
        trouble === 'busy' ? ([-1, '系统繁忙'] as const) : this.#judge(request, Buffer.concat(chunks))
      this.errcodes.push(errcode)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ errcode, errmsg }))
    }
    for (const waiting of this.#waiting) if (this.requests >= waiting.count) waiting.resolve()
  }

  #judge(request: IncomingMessage, body: Buffer): readonly [errcode: number, errmsg: string] {
    const url = new URL(request.url ?? '/', 'http://robot')
    const query = Object.fromEntries(url.searchParams)
    const { secret, keyword } = this.#options
    if (request.method !== 'POST' || url.pathname !== '/robot/send') return [404, '请求的URI地址不存在']
    if (query.access_token !== this.token) return [300001, 'token is not exist']
    if (!request.headers['content-type']?.startsWith('application/json'))
      return [43004, '无效的HTTP HEADER Content-Type']
    if (secret !== undefined && !this.#isSigned(query, secret)) {
      return [
        310000,
        'description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中',
      ]
    }
    if (this.#isTooFast()) return [130101, 'send too fast, exceed 20 times per minute']
    if (body.byteLength > longestBody) return [460101, 'message too long, exceed 20000 bytes']
    return this.#take(body, query, keyword)
  }

  #take(body: Buffer, query: RobotMessage['query'], keyword: string | undefined) {
    const { msgtype, text, markdown, at } = JSON.parse(body.toString())
    const said = msgtype === 'text' ? text?.content : msgtype === 'markdown' ? markdown?.text : undefined
    if (typeof said !== 'string' || (msgtype === 'markdown' && !markdown.title)) {
      return [400105, 'description:不支持的消息类型'] as const
    }
    if (keyword !== undefined && !said.includes(keyword)) {
      return [310000, 'description:机器人发送消息中缺少关键词'] as const
    }
    this.messages.push({ msgtype, text: said, title: markdown?.title, atMobiles: at?.atMobiles ?? [], query })
    return [0, 'ok'] as const
  }

  #isSigned({ timestamp = '', sign }: RobotMessage['query'], secret: string): boolean {
    if (!/^\d{13}$/.test(timestamp) || Math.abs(this.#now() - Number(timestamp)) > hour) return false
    return sign === createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
  }

  #isTooFast(): boolean {
    const now = this.#now()
    if (now < this.#silentUntil) return true
    while (this.#recent.length > 0 && this.#recent[0]! <= now - 60_000) this.#recent.shift()
    if (this.#recent.length < 20) {
      this.#recent.push(now)
      return false
    }
    this.#silentUntil = now + 600_000
    return true
  }
}
