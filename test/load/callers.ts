import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What one request came to. */
export interface Answer {
  readonly kind: string
  readonly status: number
  readonly ms: number
  readonly json: { readonly data?: { readonly id?: number }; readonly run_id?: number } | undefined
}

export interface Sent {
  readonly kind: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Sends requests to one server over connections that stay open. */
export class Callers {
  readonly #url: URL
  readonly #agent: Agent

  constructor(url: string, connections: number) {
    this.#url = new URL(url)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** The answer; status 0 where the connection ended without one. */
  send({ kind, method, path, headers = {}, body }: Sent): Promise<Answer> {
    const began = performance.now()
    return new Promise((resolve) => {
      const end = (status: number, json?: Answer['json']) =>
        resolve({ kind, status, ms: performance.now() - began, json })
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
      const sent = request(
        new URL(path, this.#url),
        { method, agent: this.#agent, headers: { ...length, ...headers } },
        (answer) => {
          buffer(answer).then(
            (bytes) => end(answer.statusCode ?? 0, parsed(bytes)),
            () => end(0),
          )
        },
      )
      sent.on('error', () => end(0))
      sent.end(body)
    })
  }

  /** Sends bytes and stays silent until the server closes the connection; answers what it said. */
  raw(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(Number(this.#url.port), this.#url.hostname)
      let said = ''
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString('latin1')
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(said))
      socket.write(bytes)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

function parsed(bytes: Buffer): Answer['json'] {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A signed webhook for a task. */
export function webhook(taskId: number, secret: string): Sent {
  const body = JSON.stringify({ task_id: taskId })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'Content-Type': 'application/json', 'X-Hub-Signature-256': `sha256=${signature}` }
  return { kind: 'webhook', method: 'POST', path: '/api/webhooks/task-sync', headers, body }
}
