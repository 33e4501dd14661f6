import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bytesCanary, canary, unguessable } from './canary/canary.ts'
import { findCanaries } from './canary/search.ts'
import { startServer, stopServer } from './server-process.ts'

const [right, other] = [randomBytes(32), randomBytes(32)]
const [secretKey, otherKey] = [right.toString('base64'), other.toString('base64')]
const webhookSecret = unguessable()
const canaries = [
  ...[canary('the secret key', secretKey), bytesCanary('its bytes', right)],
  ...[canary('the other key', otherKey), bytesCanary('its bytes', other)],
  canary('the webhook secret', webhookSecret),
]

let sandbox: ApiSandbox
beforeAll(async () => {
  sandbox = createApiSandbox()
  await start([], { GITFERRY_SECRET_KEY: secretKey })
}, 60_000)
afterAll(() => sandbox.remove())

/** Starts a server on the one data directory, and ends it. */
async function start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown> {
  return stopServer(await startServer(['--data-dir', sandbox.dataDir, ...args], { env }))
}

function fileWith(text: string, mode = 0o600): string {
  const path = join(sandbox.root, unguessable())
  writeFileSync(path, text, { mode })
  return path
}

interface Refused {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly says: RegExp
}

const starts: Readonly<Record<string, () => Refused>> = {
  'a key that is too long': () => ({
    env: { GITFERRY_SECRET_KEY: `${secretKey}x` },
    says: /GITFERRY_SECRET_KEY: must be 32 bytes in base64/,
  }),
  'a key on the command line': () => ({
    args: [`--secret-key=${secretKey}`],
    says: /--secret-key: everybody on this machine can read a command line/,
  }),
  'another key than the one that sealed': () => ({
    env: { GITFERRY_SECRET_KEY: otherKey },
    says: /The secret key is not the one with which the stored secrets were sealed/,
  }),
  'a key in a file that others may read': () => ({
    args: ['--secret-key-file', fileWith(secretKey, 0o644)],
    says: /has mode 0644.* chmod 600/,
  }),
  'a file that holds more than a key': () => ({
    args: ['--secret-key-file', fileWith(`${secretKey}\n${webhookSecret}`)],
    says: /must hold 32 bytes in base64/,
  }),
  'a configuration that is no YAML': () => ({
    args: ['--config', fileWith(`webhook_secret: @${webhookSecret}\n`)],
    says: /is neither YAML nor JSON: .* at line 1/,
  }),
  'a configuration with lists for texts': () => ({
    args: [
      '--config',
      fileWith(JSON.stringify({ webhook_secret: [webhookSecret], secret_key: [secretKey] })),
    ],
    says: /webhook_secret: must be text|secret_key: must be text/,
  }),
}

it.each(Object.entries(starts))('a start with %s is refused, and tells no secret', async (_, made) => {
  const { args = [], env = {}, says } = made()
  const { message } = (await start(args, env).catch((error: Error) => error)) as Error
  expect(message).toMatch(says)
  expect(findCanaries(message, canaries)).toEqual([])
})
