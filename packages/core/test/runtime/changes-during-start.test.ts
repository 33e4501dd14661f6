import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, InProcessQueue } from '@gitferry/core'
import { GitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'gitferry-start-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

/** Something that a start waits for, until it is let go on. */
function gate() {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  const pass = () => {
    reach()
    return opened
  }
  return { reached, open, pass }
}

it.each(['the secrets are opened', 'what a crash left was taken up'])(
  'a change that is asked for before %s is refused, and leaves no entry',
  async (step) => {
    const held = gate()
    const isEarly = step === 'the secrets are opened'
    const secrets = aesGcmSecrets({ key: randomBytes(32) })
    const queue = new InProcessQueue({ concurrency: 1, logger: silentLogger })
    const open = secrets.open.bind(secrets)
    secrets.open = () => (isEarly ? held.pass() : Promise.resolve()).then(open)
    const start = queue.start.bind(queue)
    queue.start = (work) => (isEarly ? Promise.resolve() : held.pass()).then(() => start(work))
    const storage = memoryStorage()
    const options = { storage, secrets, queue, dataDir, logger: silentLogger, forkServer: false }
    await using gitferry = createGitferry(options)
    await expect(gitferry.users.create({ name: 'ann' })).rejects.toMatchObject({ code: 'CLOSED' })
    const starting = gitferry.start()
    await held.reached
    await expect(gitferry.users.create({ name: 'ann' })).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('its start is under way'),
    })
    // what never came to a service, such as a body that is no JSON
    const subject = { type: 'create', object_type: 'user', object_id: null } as const
    await gitferry.refused(subject, new GitferryError('INVALID_INPUT', 'body: must be JSON'))
    expect(await storage.collection('audit_log').count()).toBe(0)
    held.open()
    await starting
    await gitferry.users.create({ name: 'ann' })
    expect(await gitferry.audit.verify()).toMatchObject({ valid: true, problems: [] })
    expect((await gitferry.audit.list()).total).toBe(1)
  },
)
