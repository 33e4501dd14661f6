import { AgentFrames, answerAgentMessage } from '../../../packages/core/src/git/ssh/agent-messages.ts'
import {
  fingerprintOf,
  type KnownHostKey,
  readKnownHosts,
} from '../../../packages/core/src/git/ssh/host-key.ts'
import type { SigningKey } from '../../../packages/core/src/git/ssh/signing-key.ts'
import { SshReader, sshString, uint32 } from '../../../packages/core/src/git/ssh/ssh-data.ts'
import { type AnyFuzzTarget, type FuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, inPieces, piecesOf, repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'

const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 7))])
const key: SigningKey = {
  blob,
  publicLine: `ssh-ed25519 ${blob.toString('base64')}`,
  sign: (data, hash) => Buffer.concat([sshString('signed'), sshString(data), sshString(hash ?? '')]),
}
const list = Buffer.of(11)
const sign = Buffer.concat([Buffer.of(13), sshString(blob), sshString('what is signed'), uint32(4)])
const foreign = Buffer.concat([Buffer.of(13), sshString('another key'), sshString('x'), uint32(0)])
const bind = Buffer.concat([Buffer.of(27), sshString('session-bind@openssh.com')])
const pieces = [sshString(blob), uint32(0), uint32(2), uint32(256 * 1024), Buffer.of(13), Buffer.of(11)]

type Answerer = (message: Buffer) => Buffer

const messages = fuzzTarget<Buffer, Answerer>({
  name: 'questions to the ssh agent',
  inputs: bytesNear([list, sign, foreign, bind], pieces),
  parser: (message) => answerAgentMessage(message, key),
  check(answer, message) {
    const reader = new SshReader(answer(message))
    const body = reader.string()
    promise(body !== undefined && body.length > 0 && reader.uint32() === undefined, 'one whole message')
    const type = body[0]
    promise([5, 12, 14].includes(type!), 'an answer of the agent')
    if (type === 12) same(message[0], 11, 'keys are named to who asks for them')
    if (type === 14) {
      const asked = new SshReader(message.subarray(1))
      promise(
        message[0] === 13 && asked.string()?.equals(blob) === true,
        'signed only with the key that was asked for',
      )
      const data = asked.string()
      promise(data !== undefined && asked.uint32() !== undefined, 'a question that is cut off signs nothing')
      promise(body.includes(data), 'what was asked for is signed')
    }
    return verdict(type !== 5)
  },
  broken: {
    'signs whatever the key': (message) => {
      const reader = new SshReader(message.subarray(1))
      reader.string()
      const data = reader.string()
      return sshString(
        message[0] === 13 && data
          ? Buffer.concat([Buffer.of(14), sshString(key.sign(data, undefined)!)])
          : Buffer.of(5),
      )
    },
    'falls over what is cut off': (message) => {
      if (message[0] === 13) message.subarray(1).readUInt32BE(0)
      return answerAgentMessage(message.length < 9 ? Buffer.alloc(0) : message, key)
    },
    'answers nothing to what it does not know': (message) =>
      message[0] === 11 ? answerAgentMessage(message, key) : Buffer.alloc(0),
  },
})

type Framer = (pieces: readonly Buffer[]) => readonly Buffer[] | undefined
const framed: Framer = (given) => {
  const frames = new AgentFrames()
  const found: Buffer[] = []
  for (const piece of given) {
    const messagesNow = frames.push(piece)
    if (messagesNow === undefined) return undefined
    found.push(...messagesNow)
  }
  return found
}

/** Whether a length is met that no message has. */
function breaksOff(whole: Buffer): boolean {
  let at = 0
  while (at + 4 <= whole.length) {
    const length = whole.readUInt32BE(at)
    if (length === 0 || length > 256 * 1024) return true
    at += 4 + length
  }
  return false
}

const frames: FuzzTarget<{ readonly whole: Buffer; readonly size: number }, Framer> = {
  name: 'messages to the ssh agent, in pieces',
  inputs: inPieces(
    bytesNear(
      [
        sshString(list),
        Buffer.concat([sshString(sign), sshString(list)]),
        Buffer.concat([sshString(bind), uint32(0)]),
        Buffer.concat([sshString(list), uint32(300_000), list]),
      ],
      pieces,
    ),
  ),
  parser: framed,
  check(frame, { whole, size }) {
    const found = frame(piecesOf(whole, size))
    const atOnce = frame([whole])
    promise((found === undefined) === (atOnce === undefined), 'what is no message is none in whatever pieces')
    same(found === undefined, breaksOff(whole), 'what is no message is refused')
    if (found === undefined) return 'refused'
    same(found, atOnce, 'the same messages in whatever pieces')
    const written = Buffer.concat(found.map((message) => sshString(message)))
    promise(whole.subarray(0, written.length).equals(written), 'every message, byte for byte')
    promise(
      found.every(({ length }) => length > 0 && length <= 256 * 1024),
      'no message is longer than OpenSSH takes',
    )
    return verdict(found.length > 0)
  },
  long: () => [{ whole: Buffer.concat([uint32(200_000), Buffer.alloc(200_000)]), size: 4_096 }],
  broken: {
    'forgets what a piece cuts': (given) => given.flatMap((piece) => framed([piece]) ?? []),
    'takes a message of any length': (given) => (framed(given) === undefined ? [] : framed(given)),
    'takes an empty message': (given) =>
      given.some((piece) => piece.equals(uint32(0))) ? [Buffer.alloc(0)] : framed(given),
  },
}

type KnownHostsReader = (text: string) => readonly KnownHostKey[]
const host = 'git.example.org'
const line = `${host} ssh-ed25519 ${blob.toString('base64')}\n`

/** What ssh wrote at a first contact: the file is ours, its key the server’s. */
const knownHosts = fuzzTarget<string, KnownHostsReader>({
  name: 'known_hosts as ssh writes it',
  inputs: textNear(
    [line, `${line}other.example ssh-rsa AAAA\n`, `# a comment\n${line}`, ''],
    [host, ' ', 'ssh-rsa', '\n', '|1|a=|b= ', ','],
  ),
  parser: (text) => readKnownHosts(text, host),
  check(read, text) {
    const found = read(text)
    for (const { public_key, type } of found) {
      promise(type !== '' && public_key !== '', 'a key has a type and a value')
      promise(text.includes(`${host} ${type} ${public_key}`), 'a key stands beside the host')
      promise(/^SHA256:[\w+/]{43}$/.test(fingerprintOf(public_key)), 'a key has a fingerprint')
    }
    const lines = text
      .split('\n')
      .filter((each) => each.startsWith(`${host} `) && /^\S+ [^ ]+ [^ ]/.test(each))
    same(found.length, lines.length, 'one key for each line of the host')
    return verdict(found.length > 0)
  },
  long: () => repeated([host, ' ', '\n', line]),
  broken: {
    'takes the key of any host': (text) =>
      text.split('\n').flatMap((each) => {
        const [, type, public_key] = each.split(' ')
        return type && public_key ? [{ type, public_key }] : []
      }),
    'reads the first line alone': (text) => readKnownHosts(text.split('\n')[0]!, host),
  },
})

export const sshTargets: readonly AnyFuzzTarget[] = [messages, fuzzTarget(frames), knownHosts]
