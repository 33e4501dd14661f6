import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type GitferryOptions, type StorageAdapter } from '@gitferry/core'
import type { Repo, Run, SyncTask } from '@gitferry/core/contract'
import { type ApiSandbox, createApiSandbox, createTestClock, type TestClock } from '@gitferry/core/testing'
import { type AppOptions, createApp } from '@gitferry/server'
import { answerValidation } from '../answer-validation-shared.ts'

/** What came back, taken apart. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface RequestParts {
  /** Sent as JSON, or as it is when it is text or bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The caller's address. Default 127.0.0.1. */
  readonly from?: string
}

export interface WorldOptions {
  readonly gitferry?: Partial<GitferryOptions> | ((sandbox: ApiSandbox) => Partial<GitferryOptions>)
  readonly app?: AppOptions
  /** gitferry goes by the clock of the world, which stands still until the rule moves it. Default false. */
  readonly stoppedClock?: boolean
  /** Holds every answer to the description of the API. Default true. */
  readonly validation?: boolean
}

/** gitferry behind its HTTP API, with real repositories: what a caller of the documented API meets. */
export interface World extends AsyncDisposable {
  readonly sandbox: ApiSandbox
  /** The one that answers now. */
  readonly gitferry: Gitferry
  /** What gitferry keeps its records in; it outlives a restart. */
  readonly storage: StorageAdapter
  /** Begins at 2026-01-01T00:00:00Z, a Thursday; gitferry goes by it with `stoppedClock` alone. */
  readonly clock: TestClock
  /** Ends gitferry and starts it anew with what it has stored, and with these options over those of before. */
  restart(options?: Partial<GitferryOptions>): Promise<void>
  /** One request; `path` counts from `/api/v1` unless it begins with `/api` or names a root page. */
  ask(method: string, path: string, parts?: RequestParts): Promise<Answer>
  get(path: string): Promise<Answer>
  /** What is asked from now on shows this token; `undefined`: none, as in the beginning. */
  signIn(token: string | undefined): void
  post(path: string, body?: unknown): Promise<Answer>
  put(path: string, body?: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Registers the sandbox's clone, which has the remotes `origin` and `backup`. */
  register(): Promise<Repo>
  /** Registers a copy of the clone under another name. */
  registerCopy(name: string): Promise<Repo>
  /** A task of the registered clone, from origin/main to backup/main unless `fields` say otherwise. */
  task(fields?: Readonly<Record<string, unknown>>): Promise<SyncTask>
  /** Runs a task and answers the run once it has ended. */
  run(taskId: number): Promise<Run>
}

const outsideBase = /^\/(?:api|healthz|readyz|metrics)(?:\/|$)/

/** A storage that the gitferry which used it leaves as it is, so that another takes it up. */
function keptStorage(): StorageAdapter {
  const storage = memoryStorage()
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    open: () => storage.open(),
    close: async () => {},
    collection: (name) => storage.collection(name),
    transaction: (work) => storage.transaction(work),
  }
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const sandbox = createApiSandbox()
  const storage = keptStorage()
  const clock = createTestClock()
  let from = '127.0.0.1'
  let token: string | undefined
  const base: GitferryOptions = {
    storage,
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    forkServer: false,
    notifiers: [dingtalkNotifier()],
    secrets: aesGcmSecrets({ key: new Uint8Array(32).fill(7) }),
    ...(options.stoppedClock && { clock }),
    ...(typeof options.gitferry === 'function' ? options.gitferry(sandbox) : options.gitferry),
  }
  const start = async (changed: Partial<GitferryOptions> = {}) => {
    const gitferry = createGitferry({ ...base, ...changed })
    await gitferry.start()
    return { gitferry, app: createApp(gitferry, { clientAddress: () => from, ...options.app }) }
  }
  let running = await start()

  const ask: World['ask'] = async (method, path, parts = {}) => {
    const { body } = parts
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    from = parts.from ?? '127.0.0.1'
    const url = `http://127.0.0.1${outsideBase.test(path) ? path : `/api/v1${path}`}`
    const response = await running.app.request(url, {
      method,
      headers: {
        Host: '127.0.0.1',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...parts.headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const { headers, status } = response
    const text = await response.text()
    const type = headers.get('content-type')
    if (options.validation !== false)
      answerValidation().check({ method, path: new URL(url).pathname, status, type, text })
    return { status, headers, text }
  }
  const post: World['post'] = (path, body) => ask('POST', path, { body })

  return {
    sandbox,
    storage,
    clock,
    get gitferry() {
      return running.gitferry
    },
    restart: async (changed) => {
      await running.gitferry.stop({ graceful: false })
      running = await start(changed)
    },
    ask,
    signIn: (shown) => {
      token = shown
    },
    get: (path) => ask('GET', path),
    post,
    put: (path, body) => ask('PUT', path, { body }),
    delete: (path) => ask('DELETE', path),
    register: async () => data(await post('/repos', { path: sandbox.clonePath })),
    registerCopy: async (name) => {
      const path = join(sandbox.root, name)
      cpSync(sandbox.clonePath, path, { recursive: true })
      return data(await post('/repos', { path }))
    },
    task: async (fields) =>
      data(
        await post('/sync/tasks', { repo_id: 1, source_branch: 'main', target_remote: 'backup', ...fields }),
      ),
    run: async (taskId) => data(await ask('POST', `/sync/tasks/${taskId}/run?wait=true`)),
    [Symbol.asyncDispose]: async () => {
      await running.gitferry.stop({ graceful: false })
      sandbox.remove()
    },
  }
}

/** What a success carries; fails unless the answer is one. */
export function data<Data>(answer: Answer): Data {
  assert.equal(answer.status, 200, answer.text)
  const envelope = JSON.parse(answer.text) as { code: number; message: string; data: Data }
  assert.equal(envelope.code, 0)
  assert.equal(envelope.message, 'success')
  return envelope.data
}

export interface Refusal {
  readonly code?: string
  /** Which field the details and the message must name. */
  readonly field?: string
}

/** Fails unless the answer is an error of this status, in the documented envelope. */
export function refused(answer: Answer, status: number, { code, field }: Refusal = {}): string {
  assert.equal(answer.status, status, answer.text)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const envelope = JSON.parse(answer.text) as {
    code: number
    message: string
    data: null
    error: { code: string; details: { field?: string } }
  }
  assert.equal(envelope.code, status)
  assert.equal(envelope.data, null)
  assert.notEqual(envelope.message, '')
  if (code !== undefined) assert.equal(envelope.error.code, code, answer.text)
  if (field !== undefined) {
    assert.equal(envelope.error.details.field, field, answer.text)
    assert.ok(envelope.message.includes(field), answer.text)
  }
  return envelope.message
}
