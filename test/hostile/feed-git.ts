import { randomBytes } from 'node:crypto'
import { answeredInTime } from './answered-in-time.ts'
import { type Vector, vectorsOf } from './corpus.ts'
import { plainRequest } from './plain-request.ts'
import type { Stage } from './stage.ts'
import type { World } from './world.ts'

type Part = 'group' | 'name' | 'file' | 'service' | 'user' | 'password' | 'protocol' | 'type' | 'encoding'

interface Fed {
  readonly vectors: readonly Vector[]
  /** The status that answers it. */
  readonly status: (text: string) => number
}

const names = [...vectorsOf('ref'), ...vectorsOf('file_path')]
/** Without a name an address is none of git’s. */
const inAddress = names.filter(({ text }) => text !== '')

/** Every part of a git client’s request that is text of its own, and what may come of any text there. */
export const gitParts: Readonly<Record<Part, Fed>> = {
  group: { vectors: inAddress, status: () => 404 },
  name: { vectors: inAddress, status: () => 404 },
  // as the dumb protocol asks for files
  file: { vectors: inAddress, status: () => 403 },
  service: { vectors: names, status: () => 403 },
  // a colon ends it (RFC 7617, 2), and what follows is no token
  user: { vectors: names, status: (text) => (text.includes(':') ? 401 : 200) },
  password: { vectors: names, status: () => 401 },
  protocol: { vectors: names, status: () => 200 },
  type: { vectors: names, status: () => 415 },
  encoding: { vectors: names, status: () => 415 },
}

/** A header holds no control character and no end of a line; the rest of Unicode goes as bytes. */
const inHeader = (text: string): string => Buffer.from(text.replace(/\p{Cc}/gu, '')).toString('latin1')

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function requestWith(world: World, part: Part, text: string) {
  const at = (of: Part, otherwise: string): string => (of === part ? text : otherwise)
  const isPost = part === 'type' || part === 'encoding'
  const file = part === 'file' ? encodeURIComponent(text) : isPost ? 'git-upload-pack' : 'info/refs'
  const address = `/${encodeURIComponent(at('group', 'local'))}/${encodeURIComponent(at('name', 'hosted'))}.git/${file}`
  const search =
    file === 'info/refs' ? `?service=${encodeURIComponent(at('service', 'git-upload-pack'))}` : ''
  const type = 'application/x-git-upload-pack-request'
  return {
    method: isPost ? 'POST' : 'GET',
    path: address + search,
    headers: {
      Authorization: basic(at('user', 'anybody'), at('password', world.token)),
      ...(part === 'protocol' && { 'Git-Protocol': inHeader(text) }),
      ...(isPost && { 'Content-Type': inHeader(at('type', type)) }),
      ...(part === 'encoding' && { 'Content-Encoding': inHeader(text) || 'x' }),
    },
    ...(isPost && { body: Buffer.from('0000') }),
  }
}

/** Sends every vector in one part of a request. Answers what went wrong, one line a vector. */
export async function feedGit(world: World, part: Part): Promise<string[]> {
  const problems: string[] = []
  const { status, vectors } = gitParts[part]
  for (const { id, text } of vectors) {
    const answer = await answeredInTime(() => plainRequest(world.url, requestWith(world, part, text)))
    const told = `${answer.status} ${answer.bytes.toString('utf8', 0, 300)}`
    if (answer.status !== status(text)) problems.push(`${id}: ${told}`)
    if (!/^(?:text\/plain|application\/x-git)/.test(answer.type))
      problems.push(`${id}: ${answer.type}: ${told}`)
  }
  return problems
}

const packet = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** A pack without an object (gitformat-pack(5)): its header, and the SHA-1 of that. */
const emptyPack = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex')

/**
 * Pushes refs of the corpus’s names, as no git would, to a commit that is there, and then what is no packet at all.
 * @returns the refs that came to be
 */
export async function pushHostileRefs(world: Stage & Pick<World, 'token' | 'url'>) {
  const problems: string[] = []
  const { path } = await world.gitferry.repos.get(world.ids.hosted)
  const list = (): string[] => world.sandbox.git(path, 'for-each-ref', '--format=%(refname)').split('\n')
  const before = list()
  const oid = world.sandbox.git(path, 'rev-parse', 'refs/heads/main')
  const command = (ref: string): Buffer => packet(`${'0'.repeat(oid.length)} ${oid} ${ref}\0report-status`)
  const push = (refs: readonly string[]): Buffer =>
    Buffer.concat([...refs.map(command), Buffer.from('0000'), emptyPack])
  const bodies = [
    push(vectorsOf('ref').map(({ text }) => `refs/heads/pushed/${text}`)),
    push([...vectorsOf('observed_ref'), ...vectorsOf('file_path')].map(({ text }) => text)),
    ...['0003', '0004', 'ffff', 'zzzz', '00040004'].map((text) => Buffer.from(text)),
    randomBytes(64),
  ]
  const headers = {
    Authorization: basic('anybody', world.token),
    'Content-Type': 'application/x-git-receive-pack-request',
  }
  for (const body of bodies) {
    const sent = { method: 'POST', path: '/local/hosted.git/git-receive-pack', headers, body }
    const { bytes, status } = await answeredInTime(() => plainRequest(world.url, sent))
    if (status >= 500) problems.push(`${status} ${bytes}: ${body.toString('latin1', 0, 100)}`)
  }
  return { problems, made: list().filter((ref) => !before.includes(ref)) }
}
