import type { GitServiceName, OpenedRepository } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import { fromRequest } from '../from-request.ts'
import type { ServedGitferry } from '../served.ts'
import { answerGitError, notCached } from './answer-git-error.ts'
import { type GitAddress, gitAddress } from './git-address.ts'
import { gitCredential, tokenNeeded } from './git-credential.ts'
import { requestChunks } from './request-chunks.ts'
import { streamedAnswer } from './streamed-answer.ts'

export interface ServeGitOptions {
  /** In whose name a request is made that shows no token. @throws UNAUTHENTICATED where one is needed */
  readonly admit: (c: Context<AppEnv>) => Promise<Principal>
  readonly clientAddress: ClientAddress
  readonly logger: Logger
}

/** Whoever shows no token though one is asked for: reads what everybody may read. */
const stranger: Principal = { user: 'anonymous', scope: 'member' }

/** What a fetch wants and has, by the line: as much as git-http-backend(1) takes. A push brings as much as it likes. */
const fetchLimitBytes = 10 * 1024 * 1024

const isService = (text: string | null | undefined): text is `git-${GitServiceName}` =>
  text === 'git-upload-pack' || text === 'git-receive-pack'

const nameOf = (service: `git-${GitServiceName}`): GitServiceName =>
  service === 'git-upload-pack' ? 'upload-pack' : 'receive-pack'

/**
 * Serves hosted repositories at `/{group}/{name}.git` by git’s smart protocol over HTTP (gitprotocol-http(5)); every other
 * path goes on. Streams may be of any size: whoever stands still for two minutes is cut off.
 */
export function serveGit(gitferry: ServedGitferry, options: ServeGitOptions): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const address = gitAddress(new URL(c.req.url).pathname)
    if (address === undefined) return next()
    try {
      return await answer(c, address, gitferry, options)
    } catch (error) {
      return answerGitError(error, c)
    }
  }
}

async function answer(
  c: Context<AppEnv>,
  { group, name, rest }: GitAddress,
  gitferry: ServedGitferry,
  options: ServeGitOptions,
): Promise<Response> {
  const asked = rest === 'info/refs' ? new URL(c.req.url).searchParams.get('service') : rest
  if (!isService(asked)) throw notSmart()
  const method = rest === 'info/refs' ? 'GET' : 'POST'
  if (c.req.method !== method) {
    c.header('Allow', method)
    throw new GitferryError('METHOD_NOT_ALLOWED', `This address takes ${method}.`)
  }
  const type = `application/x-${asked}-request`
  if (method === 'POST' && c.req.header('Content-Type') !== type) {
    throw new GitferryError('UNSUPPORTED_MEDIA_TYPE', `Content-Type: must be ${type}.`)
  }
  const opened = await open(c, { group, name, service: nameOf(asked) }, gitferry, options)
  return method === 'GET' ? advertise(c, asked, opened, options) : exchange(c, asked, opened, options)
}

/** Nobody is told without a credential whether a repository that they may not read is there. */
async function open(
  c: Context<AppEnv>,
  asked: { readonly group: string; readonly name: string; readonly service: GitServiceName },
  gitferry: ServedGitferry,
  { admit, clientAddress }: ServeGitOptions,
): Promise<OpenedRepository> {
  const token = gitCredential(c.req.raw.headers)
  let principal: Principal | undefined
  if (token !== undefined) principal = await gitferry.authenticate(token)
  else {
    principal = await admit(c).catch((error: unknown) => {
      if (isGitferryError(error, 'UNAUTHENTICATED')) return undefined
      throw error
    })
  }
  const isAnonymous = principal === undefined
  c.set('principal', principal ?? stranger)
  const { signal } = c.req.raw
  const { transport } = gitferry.as(fromRequest(principal ?? stranger, c, clientAddress))
  return transport.open(asked, { isAnonymous, signal }).catch((error: unknown) => {
    if (!isAnonymous || !isGitferryError(error)) throw error
    if (error.code !== 'REPO_NOT_FOUND' && error.code !== 'ROLE_MISSING') throw error
    throw tokenNeeded(error)
  })
}

async function advertise(
  c: Context<AppEnv>,
  service: `git-${GitServiceName}`,
  opened: OpenedRepository,
  options: ServeGitOptions,
): Promise<Response> {
  const protocol = c.req.header('Git-Protocol')
  const { signal } = c.req.raw
  const line = `# service=${service}\n`
  // git of version 2 takes the line too, and skips it
  const preface = Buffer.from(`${packetLength(line)}${line}0000`)
  return stream(c, `application/x-${service}-advertisement`, options, preface, async (output) => {
    const { exitCode } = await opened.advertise({ output, protocol, signal })
    if (exitCode !== 0) {
      throw new GitferryError('GIT_FAILED', 'git cannot read the repository; the log of the server says why.')
    }
  })
}

async function exchange(
  c: Context<AppEnv>,
  service: `git-${GitServiceName}`,
  opened: OpenedRepository,
  options: ServeGitOptions,
): Promise<Response> {
  const protocol = c.req.header('Git-Protocol')
  const { signal } = c.req.raw
  const input = requestChunks(c.req.raw, service === 'git-upload-pack' ? fetchLimitBytes : undefined)
  c.env?.takesLong?.()
  let hasSpoken = false
  return stream(c, `application/x-${service}-result`, options, undefined, async (output) => {
    const { exitCode } = await opened.answer({
      input,
      output: (chunk) => {
        hasSpoken = true
        return output(chunk)
      },
      protocol,
      signal,
    })
    if (exitCode !== 0 && !hasSpoken) {
      throw new GitferryError('INVALID_INPUT', 'git cannot make sense of the request.')
    }
  })
}

async function stream(
  c: Context<AppEnv>,
  type: string,
  { logger }: ServeGitOptions,
  preface: Uint8Array | undefined,
  work: (output: (chunk: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<Response> {
  const body = await streamedAnswer(work, {
    preface,
    onCut(error) {
      if (!isGitferryError(error, 'ABORTED')) {
        logger.warn('an answer to a git client was cut off', { request_id: c.get('requestId'), error })
      }
      c.env?.cutOff?.()
      return c.env?.cutOff !== undefined
    },
  })
  return c.body(body, 200, { ...notCached, 'Content-Type': type })
}

const packetLength = (text: string): string => (text.length + 4).toString(16).padStart(4, '0')

const notSmart = (): GitferryError =>
  new GitferryError(
    'FORBIDDEN',
    'Only git’s smart protocol is spoken here: use git 1.6.6 or later, and no GIT_SMART_HTTP=0.',
  )
