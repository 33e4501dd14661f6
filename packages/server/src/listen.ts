import type { Server } from 'node:net'
import { GitferryError } from '@gitferry/core/errors'

/** What a system says when it cannot listen, and what to do about it. */
function cannotListen(
  cause: NodeJS.ErrnoException,
  { host, port, portFlag = '--port' }: ListenOptions,
): GitferryError {
  const problems: Readonly<Record<string, readonly [field: string, problem: string]>> = {
    EADDRINUSE: [
      'port',
      `another program listens there. Stop that one, or choose another port (${portFlag})`,
    ],
    EACCES: ['port', `this user may not. Choose a port above 1023 (${portFlag})`],
    EADDRNOTAVAIL: ['host', 'this machine has no such address. Choose another one (--host)'],
    ENOTFOUND: ['host', 'this name has no address. Choose another one (--host)'],
    EAI_AGAIN: ['host', 'this name cannot be resolved now. Give an address instead (--host)'],
  }
  const [field, problem] = problems[cause.code ?? ''] ?? [
    'host',
    'the system refuses; the log has its reason',
  ]
  return new GitferryError('INVALID_INPUT', `Cannot listen on ${host}, port ${port}: ${problem}.`, {
    details: { field },
    cause,
  })
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** How the command line calls the port. Default `--port`. */
  readonly portFlag?: '--port' | '--ssh-port'
  /** Gets what goes wrong from then on, such as a connection that cannot be taken (EMFILE); the server goes on. */
  readonly onError: (error: NodeJS.ErrnoException) => void
}

/** Has a server listen. @throws INVALID_INPUT when the address or the port cannot be had */
export function listen(server: Server, options: ListenOptions): Promise<void> {
  const { host, onError, port } = options
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, options))
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      server.on('error', onError)
      resolve()
    })
  })
}
