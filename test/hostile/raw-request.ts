import { connect } from 'node:net'

/**
 * Sends a request of exactly these bytes, header values that no client would let through among them. Answers the status,
 * the headers as they came, and the body.
 */
export async function rawRequest(url: string, lines: readonly string[], body = '') {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(Buffer.from([...lines, 'Connection: close', '', body].join('\r\n'), 'latin1'))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const [head = '', text = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  return { status: Number(head.slice(9, 12)), head, text }
}
