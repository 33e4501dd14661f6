import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createClient } from '@gitferry/client'
import { officialClient } from '../codearts/official-client.ts'
import { type Canary, canary } from './canary.ts'
import type { Stage } from './stage.ts'
import type { Stored } from './story.ts'

/** What came of signing in by what gitferry itself gives out, and the secrets of that. */
export interface SignedIn {
  readonly canaries: readonly Canary[]
  /** Of a signed request, a refused one, and one for whose token the API is asked. */
  readonly statuses: readonly number[]
  /** The exit codes of git, with the right token and with a wrong one. */
  readonly clones: readonly number[]
}

const otherThan = (secret: string): string => secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A')

/**
 * Makes a token and an access key, which are told once, to a client whose answers are not recorded; then signs a request,
 * clones, and reads what is left of it all. From then on everybody is asked for a token.
 */
export async function signIn(stage: Stage, { hosted }: Stored): Promise<SignedIn> {
  const { evidence, recorded, server, watch } = stage
  const once = createClient({ baseUrl: server.url })
  const { id: user_id } = await once.users.create({ name: 'mia' })
  const grant = { name: 'once', scope: 'admin', user_id } as const
  const accessKey = await once.accessKeys.create(grant)
  const { token } = await once.tokens.create(grant)
  const known = createClient({ baseUrl: server.url, token })

  const signing = officialClient({ endpoint: server.url, accessKey })
  const forged = { ...accessKey, secret_access_key: otherThan(accessKey.secret_access_key) }
  const clients = [
    signing,
    officialClient({ endpoint: server.url, accessKey: forged }),
    officialClient({ endpoint: server.url, token }),
  ]
  const statuses: number[] = []
  for (const client of clients) {
    const { body, headers, status } = await client.send({
      method: 'GET',
      url: `/v2/repositories/${hosted}/tags`,
    })
    evidence.add('the answers', 'the answer to a signed request', JSON.stringify({ body, headers, status }))
    statuses.push(status)
  }
  const clones = [await clone(stage, token, 'right'), await clone(stage, otherThan(token), 'wrong')]
  watch.look()
  const authorization = { Authorization: `Bearer ${token}` }
  for (const path of [
    '/api/v1/tokens',
    '/api/v1/access-keys',
    '/api/v1/audit/logs?page_size=100',
    '/metrics',
  ]) {
    await recorded.request(path, { headers: authorization })
  }
  await known.audit.verify()
  const secret = accessKey.secret_access_key
  const basic = Buffer.from(`mia:${token}`).toString('base64')
  return {
    canaries: [
      // what stands before it is shown in lists
      canary('the token of gitferry', token.slice(-43)),
      canary('the secret of an access key', secret),
      canary('the login of git', basic),
    ],
    statuses,
    clones,
  }
}

/** Clones a hosted repository, with a token as git sends it. Its own environment is the client's, and not under watch. */
function clone({ evidence, sandbox, server }: Stage, token: string, name: string): Promise<number> {
  const { host } = new URL(server.url)
  const target = join(sandbox.dataDir, '..', `clone-${name}`)
  const login = Buffer.from(`mia:${token}`).toString('base64')
  const child = spawn('git', ['clone', '--quiet', `http://${host}/local/hosted.git`, target], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${login}`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.on('data', (chunk: Buffer) => evidence.add('the errors', 'git clone', chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
}
