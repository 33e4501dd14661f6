import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { Principal, Repo, User } from '@gitferry/core/contract'
import { createTestClock, GitSandbox, type TestClock } from '@gitferry/core/testing'
import { type AppOptions, createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { type OfficialClient, officialClient } from './official-client.ts'

/** Somebody with a role where others gave them one, and with the official client in both ways of signing in. */
export interface Person {
  readonly user: User
  readonly principal: Principal
  readonly gitferry: Gitferry
  readonly signing: OfficialClient
  readonly withToken: OfficialClient
  readonly token: string
  readonly accessKey: { readonly access_key_id: string; readonly secret_access_key: string }
}

export interface CodeArtsWorld {
  readonly gitferry: Gitferry
  readonly sandbox: GitSandbox
  readonly clock: TestClock
  readonly endpoint: string
  person(name: string): Promise<Person>
  /** A request as it stands, without any client that would change it. */
  raw(
    request: string,
    sent?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Uint8Array },
  ): Promise<RawAnswer>
  dispose(): Promise<void>
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  readonly json: Record<string, unknown>
}

export const plain = ({ uuid }: { readonly uuid: string }): string => uuid.replaceAll('-', '')

/** gitferry in memory, served on a free port. */
export async function codeArtsWorld(options: AppOptions = {}): Promise<CodeArtsWorld> {
  const sandbox = new GitSandbox()
  const clock = createTestClock(Date.now())
  const gitferry = createGitferry({
    storage: memoryStorage(),
    clock,
    dataDir: sandbox.path('data'),
    repoRoots: [sandbox.dir],
    secrets: aesGcmSecrets({ key: randomBytes(32) }),
    forkServer: false,
  })
  await gitferry.start()
  const app = createApp(gitferry, {
    sshAddress: { port: 2222 },
    ...options,
  })
  const listening = await serve(app, { port: 0 })
  const endpoint = listening.url

  return {
    gitferry,
    sandbox,
    clock,
    endpoint,
    async person(name) {
      const user = await gitferry.users.create({ name })
      const grant = { name, user_id: user.id, scope: 'member' } as const
      const accessKey = await gitferry.accessKeys.create(grant)
      const { token } = await gitferry.tokens.create(grant)
      const principal = await gitferry.authenticate(token)
      return {
        user,
        principal,
        gitferry: gitferry.as(principal),
        signing: officialClient({ endpoint, accessKey }),
        withToken: officialClient({ endpoint, token }),
        token,
        accessKey,
      }
    },
    raw(request, { body, headers = {} } = {}) {
      const [method = 'GET', path = '/'] = request.split(' ')
      return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(endpoint)
        const outgoing = httpRequest(
          { host: hostname, port, method, path, agent: false, headers: { ...lengthOf(body), ...headers } },
          async (incoming) => {
            const bytes = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
            const isJson = incoming.headers['content-type']?.startsWith('application/json')
            const json = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : {}
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, bytes, json })
          },
        )
        outgoing.on('error', reject)
        outgoing.end(body)
      })
    },
    async dispose() {
      await listening.close({ timeoutMs: 0 })
      app[Symbol.dispose]()
      await gitferry.stop()
      sandbox.dispose()
    },
  }
}

/** Node tells the length by itself only with methods that mostly have a body. */
const lengthOf = (body: string | Uint8Array | undefined) =>
  body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }

/**
 * A history to read: a merge, a directory, names with spaces and other letters, a file that is no text, branches with
 * slashes and other letters, tags of both kinds. Pushed into `repo`, whose default branch is `main`.
 */
export function pushHistory(sandbox: GitSandbox, repo: Pick<Repo, 'path'>): string {
  const work = sandbox.repository(`work-${randomBytes(4).toString('hex')}`)
  sandbox.commit(work, { file: 'README.md', content: '# Read me\n\nplease\n', message: 'Begin' })
  sandbox.commit(work, { file: 'src/main/App.java', content: 'class App {\r\n}\r\n', message: 'Add App' })
  sandbox.run(work, 'checkout', '-q', '-b', 'feature/x')
  sandbox.commit(work, { file: 'src/side file.txt', content: 'side\n', message: 'Side\n\nwith a body\n' })
  sandbox.run(work, 'checkout', '-q', 'main')
  sandbox.commit(work, { file: 'src/grün 🚀.txt', content: 'größer\n', message: 'Names' })
  sandbox.run(work, 'merge', '-q', '--no-ff', '-m', 'Merge feature/x', 'feature/x')
  sandbox.commit(work, { file: 'image.png', content: '\u0089PNG\r\n\u001a\n\0\0binary', message: 'Image' })
  sandbox.run(work, 'branch', '分支/ü', 'feature/x')
  sandbox.run(work, 'branch', 'twice')
  sandbox.run(work, 'tag', 'twice')
  sandbox.run(work, 'tag', '-a', '-m', 'First', 'v1.0', 'HEAD~1')
  sandbox.run(work, 'push', '-q', repo.path, '--all')
  sandbox.run(work, 'push', '-q', repo.path, '--tags')
  return work
}
