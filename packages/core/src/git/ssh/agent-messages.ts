import type { SigningKey } from './signing-key.ts'
import { SshReader, sshString, uint32 } from './ssh-data.ts'

// draft-ietf-sshm-ssh-agent, sections 4 and 5
const failureType = 5
const identitiesRequest = 11
const identitiesAnswer = 12
const signRequest = 13
const signAnswer = 14
const rsaSha256 = 2
const rsaSha512 = 4

/** The longest message that is taken, in bytes: OpenSSH's own limit. */
const longestMessage = 256 * 1024

const failure = Buffer.of(failureType)

/** Cuts what a client sends into messages. */
export class AgentFrames {
  #rest: Buffer = Buffer.alloc(0)

  /** The messages that are whole by now, without their lengths; `undefined`: the client sends what is no message. */
  push(chunk: Buffer): Buffer[] | undefined {
    let rest = Buffer.concat([this.#rest, chunk])
    const messages: Buffer[] = []
    while (rest.length >= 4) {
      const length = rest.readUInt32BE()
      if (length === 0 || length > longestMessage) return undefined
      if (rest.length < 4 + length) break
      messages.push(rest.subarray(4, 4 + length))
      rest = rest.subarray(4 + length)
    }
    this.#rest = rest
    return messages
  }
}

/**
 * Answers one message of a client: which keys there are (this one), or a signature. Everything else is refused,
 * `session-bind@openssh.com` too, which OpenSSH sends first since 8.9 and goes on without.
 */
export function answerAgentMessage(message: Buffer, key: SigningKey): Buffer {
  const answer = answerTo(message[0], message.subarray(1), key)
  return sshString(answer)
}

function answerTo(type: number | undefined, body: Buffer, key: SigningKey): Buffer {
  if (type === identitiesRequest) {
    return Buffer.concat([Buffer.of(identitiesAnswer), uint32(1), sshString(key.blob), sshString('')])
  }
  if (type !== signRequest) return failure
  const reader = new SshReader(body)
  const [blob, data, flags] = [reader.string(), reader.string(), reader.uint32()]
  if (blob === undefined || data === undefined || flags === undefined || !blob.equals(key.blob))
    return failure
  const signed = key.sign(data, hashOf(flags))
  return signed === undefined ? failure : Buffer.concat([Buffer.of(signAnswer), sshString(signed)])
}

function hashOf(flags: number) {
  if (flags & rsaSha512) return 'sha512'
  return flags & rsaSha256 ? 'sha256' : undefined
}
