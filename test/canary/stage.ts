import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { DingtalkRobot } from '../dingtalk-robot.ts'
import { type GitHttpServer, serveGit } from '../git-http-server.ts'
import { type ServerProcess, startServer, stopServer } from '../server-process.ts'
import { makeKey, type SshGitServer, serveGitOverSsh, type TestKey } from '../ssh-git-server.ts'
import { type EchoingServer, serveEchoes } from './echoing-server.ts'
import { Evidence } from './evidence.ts'
import { RecordedApi } from './recorded-api.ts'
import { RecordedEvents } from './recorded-events.ts'
import { makeSecrets, type Secrets } from './secrets.ts'
import { Watch } from './watch.ts'

export interface Stage extends AsyncDisposable {
  readonly secrets: Secrets
  readonly sandbox: ApiSandbox
  readonly places: Places
  readonly evidence: Evidence
  readonly watch: Watch
  /** What the servers of both `ssh` prove who they are with. */
  readonly hostKey: TestKey
  /** `source` knows the keys `source` and `encrypted`, `target` the key `target`. */
  readonly ssh: { readonly source: SshGitServer; readonly target: SshGitServer }
  /** By the one secret that each lets in. */
  readonly http: Readonly<Record<'password' | 'token' | 'configured' | 'added', GitHttpServer>>
  readonly robot: DingtalkRobot
  readonly echoing: EchoingServer
  readonly server: ServerProcess
  readonly events: RecordedEvents
  readonly recorded: RecordedApi
  /** Another ssh server, which ends with the stage. */
  serveSsh(hostKey: TestKey, authorized: readonly TestKey[], port?: number): Promise<SshGitServer>
  /** Ends gitferry as its operator would; answers the exit code. */
  stop(): Promise<number | NodeJS.Signals>
}

type Places = ReturnType<typeof placesOf>

/** gitferry in a process of its own, remotes of every kind that let in only who has the right secret, and a watch. */
export async function buildStage(): Promise<Stage> {
  const ends = new AsyncDisposableStack()
  try {
    return await build(ends)
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}

async function build(ends: AsyncDisposableStack): Promise<Stage> {
  const secrets = makeSecrets()
  const hostKey = makeKey()
  const evidence = new Evidence()
  const sandbox = ends.adopt(createApiSandbox(), (made) => made.remove())
  const places = placesOf(sandbox)
  mkdirSync(places.temporary, { mode: 0o700 })
  writeFileSync(places.webhookSecretFile, `${secrets.webhookSecret}\n`, { mode: 0o600 })
  const watch = ends.use(new Watch(places, evidence))

  const serveSsh: Stage['serveSsh'] = async (shown, authorized, port) => {
    const server = await serveGitOverSsh({ hostKey: shown, authorized, ...(port !== undefined && { port }) })
    return ends.adopt(server, (made) => made.close())
  }
  // the git that asks is waiting then
  const onRequest = () => watch.look()
  const serveHttp = async (login: string) =>
    ends.adopt(await serveGit(sandbox.root, { login, onRequest }), (made) => made.close())

  const { keys } = secrets
  const ssh = {
    source: await serveSsh(hostKey, [keys.source, keys.encrypted]),
    target: await serveSsh(hostKey, [keys.target]),
  }
  const http = {
    password: await serveHttp(`mia:${secrets.password}`),
    token: await serveHttp(`x-access-token:${secrets.token}`),
    configured: await serveHttp(`kim:${secrets.configuredPassword}`),
    added: await serveHttp(`lea:${secrets.addedPassword}`),
  }
  const robot = await DingtalkRobot.start({ secret: secrets.robotSecret, token: secrets.robotToken })
  ends.defer(() => robot.close())
  const echoing = ends.adopt(await serveEchoes(), (made) => made.close())

  const server = ends.adopt(
    await startServer(argumentsFor(sandbox), { env: environmentFor(sandbox, secrets) }),
    kill,
  )
  const events = await RecordedEvents.of(server.url)
  const recorded = new RecordedApi(server.url, evidence)
  return {
    ...{ secrets, sandbox, places, evidence, watch, hostKey, serveSsh, ssh, http, robot, echoing },
    ...{ server, events, recorded },
    async stop() {
      const code = await stopServer(server)
      await events.ended
      return code
    },
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  }
}

function placesOf({ dataDir, clonePath }: ApiSandbox) {
  const data = join(dataDir, 'gitferry')
  return {
    data,
    database: join(data, 'gitferry.db'),
    temporary: join(dataDir, 'tmp'),
    webhookSecretFile: join(dataDir, 'webhook-secret'),
    /** Of the user's clone: a secret stood there before gitferry came. */
    configuration: join(clonePath, '.git/config'),
  }
}

function argumentsFor(sandbox: ApiSandbox): string[] {
  const { data, webhookSecretFile } = placesOf(sandbox)
  return [
    ...['--data-dir', data, '--repo-root', sandbox.root, '--allow-outgoing', '127.0.0.1'],
    // what cannot be reached is asked once
    ...['--network-retries', '0'],
    ...['--log-level', 'debug', '--log-format', 'json', '--webhook-secret-file', webhookSecretFile],
  ]
}

/** What a server is given that would otherwise be in the data directory, or outside of what is watched. */
export function environmentFor(
  sandbox: ApiSandbox,
  { secretKey }: Pick<Secrets, 'secretKey'>,
): Record<string, string> {
  const { temporary } = placesOf(sandbox)
  return { GITFERRY_SECRET_KEY: secretKey, TMPDIR: temporary, HOME: temporary }
}

async function kill({ child, ended }: ServerProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}
