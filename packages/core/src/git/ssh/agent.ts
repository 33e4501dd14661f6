import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { AgentFrames, answerAgentMessage } from './agent-messages.ts'
import type { SigningKey } from './signing-key.ts'

/** Lets a server listen at a Unix socket; tests hand in one that cannot. */
export type ListenAt = (server: Server, path: string) => Promise<void>

export const listenAt: ListenAt = (server, path) =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      chmod(path, 0o600).then(resolve, reject)
    })
  })

/**
 * An SSH agent in this process that serves one key: the private half is in no file, no environment and no other
 * process. Whoever may open the socket may sign, so it is the user's alone (0600), and so is its folder
 * (0700), for not every system heeds the mode of a socket.
 */
export class SshAgent implements AsyncDisposable {
  readonly #server: Server
  readonly #key: SigningKey
  readonly #sockets = new Set<Socket>()

  private constructor(key: SigningKey) {
    this.#key = key
    this.#server = createServer((socket) => this.#serve(socket))
  }

  /** @throws what the system says when the socket cannot be had */
  static async start(key: SigningKey, path: string, listen: ListenAt = listenAt): Promise<SshAgent> {
    const agent = new SshAgent(key)
    try {
      await listen(agent.#server, path)
    } catch (error) {
      await agent[Symbol.asyncDispose]()
      throw error
    }
    return agent
  }

  /** Ends every connection; the socket is gone when this settles. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    const frames = new AgentFrames()
    socket.on('data', (chunk: Buffer) => {
      const messages = frames.push(chunk)
      if (messages === undefined) socket.destroy()
      for (const message of messages ?? []) socket.write(answerAgentMessage(message, this.#key))
    })
    // an ssh that was ended in the middle of a question: nobody is left to be told
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
