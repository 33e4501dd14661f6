import type { Principal } from '@gitferry/core/contract'
import { fromUnknown, GitferryError } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import type { Session } from 'ssh2'
import { readExecCommand } from './exec-command.ts'
import { Line } from './line.ts'
import { openRepository } from './open-repository.ts'
import type { ServedOverSsh } from './served-over-ssh.ts'

interface Deps {
  readonly gitferry: Pick<ServedOverSsh, 'as'>
  readonly logger: Logger
  /** What the key of this connection opens now; `undefined`: it was removed meanwhile. */
  readonly principals: () => Promise<readonly Principal[] | undefined>
  readonly line: Pick<ConstructorParameters<typeof Line>[0], 'client' | 'socket' | 'signal'>
  readonly ip: string
}

type Channel = ConstructorParameters<typeof Line>[0]['channel']

/** What git itself ends with where it cannot begin. */
const refusedStatus = 128

/** One session of a client: it may run one of git’s services, or be told that there is nothing else. */
export class SshSession {
  readonly #deps: Deps
  #protocol: string | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * `begun`: is told of the command that runs, and its end, which never rejects. What nobody listens for (a terminal,
   * sftp …), ssh2 refuses.
   */
  attach(session: Session, begun: (channel: Channel, done: Promise<void>) => void): void {
    session.on('env', (accept, reject, { key, val }) => {
      if (key !== 'GIT_PROTOCOL') return reject?.()
      this.#protocol = val
      accept?.()
    })
    session.on('exec', (accept, _reject, { command }) => {
      // a session runs one command (RFC 4254, section 6.5); ssh2 answers nothing to another
      const channel = accept() as Channel | undefined
      if (channel)
        begun(
          channel,
          this.#within(session, channel, (line) => this.#run(line, command)),
        )
    })
    session.on('shell', (accept) => {
      const channel = accept() as Channel | undefined
      if (channel)
        begun(
          channel,
          this.#within(session, channel, (line) => this.#greet(line)),
        )
    })
  }

  /** Ends the session with a status, unless the client has gone. */
  async #within(session: Session, channel: Channel, work: (line: SessionLine) => Promise<number>) {
    const { line, logger } = this.#deps
    const left = new AbortController()
    const signal = AbortSignal.any([line.signal, left.signal])
    session.once('close', () => left.abort(new Error('the client has closed its session')))
    channel.on('error', () => {})
    const joined = new Line({ ...line, channel, signal })
    const say = (text: string) => joined.tell(Buffer.from(`gitferry: ${text}\n`))
    try {
      const status = await work({ line: joined, say, signal })
      if (signal.aborted) return
      channel.exit(status)
      channel.end()
    } catch (error) {
      if (!signal.aborted) logger.error('a session over ssh failed', { error })
      // to a client that has gone away ssh2 would throw
      if (!line.signal.aborted) channel.close()
    }
  }

  async #greet({ say }: SessionLine): Promise<number> {
    const [principal] = (await this.#deps.principals()) ?? []
    const who = principal?.role === undefined ? `Hi ${principal?.user ?? ''}!` : 'Hi! This is a deploy key.'
    await say(`${who} You are signed in, and shell access is not provided: use git.`)
    return 1
  }

  async #run({ line, say, signal }: SessionLine, command: string): Promise<number> {
    const { gitferry, ip, logger } = this.#deps
    const asked = readExecCommand(command)
    if ('problem' in asked) {
      logger.info('git over ssh refused', { ip, reason: asked.problem })
      await say(asked.problem)
      return refusedStatus
    }
    const { group, name, service } = asked
    const started = performance.now()
    const told = (user?: string) => ({
      ip,
      user: user ?? null,
      service,
      repository: `${group}/${name}`,
      duration_ms: Math.round(performance.now() - started),
    })
    let user: string | undefined
    try {
      const principals = await this.#deps.principals()
      if (principals === undefined) throw removed()
      user = principals[0]?.user
      const { opened, principal } = await openRepository(gitferry, principals, { ...asked, signal })
      user = principal.user
      const { exitCode } = await opened.converse({
        input: line.incoming(),
        output: (chunk) => line.send(chunk),
        errors: (chunk) => line.tell(chunk),
        protocol: this.#protocol,
        signal,
      })
      logger.info('git over ssh', { ...told(user), exit_code: exitCode })
      return exitCode
    } catch (thrown) {
      if (signal.aborted) {
        logger.info('git over ssh left by its client', told(user))
        throw thrown
      }
      const error = fromUnknown(thrown)
      if (error.status >= 500) logger.error('git over ssh failed', { ...told(user), error })
      else logger.info('git over ssh refused', { ...told(user), error_code: error.code })
      await say(error.message)
      return refusedStatus
    }
  }
}

const removed = () =>
  new GitferryError('UNAUTHENTICATED', 'This key was removed here. Sign in with another one.')

interface SessionLine {
  readonly line: Line
  readonly say: (text: string) => Promise<void>
  readonly signal: AbortSignal
}
