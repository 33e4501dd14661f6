import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A key and a certificate that signs itself, in PEM. */
export interface TestCertificate {
  readonly key: string
  readonly cert: string
  /** Where `cert` stands. */
  readonly path: string
}

/** For that name, in a folder of the test; by openssl. */
export function makeCertificate(folder: string, name: string): TestCertificate {
  const [keyPath, path] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2']
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', keyPath, '-out', path], { stdio: 'pipe' })
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(path, 'utf8'), path }
}

/** A server over https on 127.0.0.1. */
export interface HttpsFront {
  readonly port: number
  /** `<method> <path>` of every request. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Passes every request on to a server over plain http of this machine: to the port that is answered for its path. */
export async function serveHttps(
  certificate: TestCertificate,
  portFor: (path: string) => number,
): Promise<HttpsFront> {
  const requests: string[] = []
  const server = createServer(certificate, (request, response) => {
    const { headers, method, url: path = '/' } = request
    requests.push(`${method} ${path}`)
    const passed = plainRequest({ host: '127.0.0.1', port: portFor(path), method, path, headers })
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
