import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { createApp } from '@gitferry/server'
import { getRequestListener } from '@hono/node-server'

export interface Application {
  readonly server: Server
  readonly gitferry: Gitferry
  stop(): Promise<void>
}

/** The robot of a DingTalk group. */
export interface Robot {
  readonly webhook: string
  readonly secret: string
}

/**
 * An application that was there before gitferry: it answers its own page, keeps two remotes in step beside it, has its
 * operators told when that goes wrong, and hands whatever begins with /api to gitferry's own HTTP API.
 */
export async function startApplication(options: {
  readonly dataDir: string
  readonly port: number
  readonly say: (line: string) => void
  /** Where the operators are. Default: nobody is told. */
  readonly robot?: Robot | undefined
  /** Hosts of the own network that may be reached: remotes, and the robot where a proxy stands before it. */
  readonly allowOutgoing?: readonly string[] | undefined
}): Promise<Application> {
  const { allowOutgoing, dataDir, robot, say } = options
  const gitferry = createGitferry({
    storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
    secrets: aesGcmSecrets({ keyFile: join(dataDir, 'secret.key') }),
    notifiers: [dingtalkNotifier()],
    allowOutgoing,
    dataDir,
  })
  gitferry.on('run.finished', ({ run }) => say(`run ${run.id} ended: ${run.status} ${run.commit_range}`))
  await gitferry.start()
  if (robot) await keepChannel(gitferry, robot)

  const api = createApp(gitferry)
  // gitferry answers callers on this machine only, so it has to know whose socket it is
  const handToGitferry = getRequestListener((request, { incoming }) =>
    api.fetch(request, { clientAddress: incoming.socket.remoteAddress }),
  )
  const answerPage = async (response: ServerResponse) => {
    const { items } = await gitferry.sync.tasks.list()
    const lines = items.map((task) => `${task.name}: ${task.last_status ?? 'has not run yet'}`)
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.end(`The shop is open.\n${lines.join('\n')}\n`)
  }
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/api/')) return void handToGitferry(request, response)
    // a rejection that nobody takes ends the process, and the shop with it
    answerPage(response).catch((error: unknown) => {
      say(`a page could not be answered: ${error}`)
      response.writeHead(500).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve))
  return {
    server,
    gitferry,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      // a log that is followed ends with gitferry, and the server waits for its answers
      await gitferry.stop()
      await closed
    },
  }
}

/** The channel is a record and outlives the process: it is made once, and then given what the application knows. */
async function keepChannel(
  { notifications: { channels } }: Gitferry,
  { secret, webhook }: Robot,
): Promise<void> {
  const name = 'operators of the shop'
  const { items } = await channels.list()
  const known = items.find((channel) => channel.name === name)
  if (known) await channels.update(known.id, { config: { webhook, secret } })
  else {
    await channels.create({
      type: 'dingtalk',
      name,
      config: { webhook, secret },
      events: ['sync_failure', 'sync_conflict', 'task_recovered'],
    })
  }
}
