import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let sandbox: ApiSandbox
beforeEach(() => {
  sandbox = createApiSandbox()
})
afterEach(() => sandbox.remove())

const [key, another] = [randomBytes(32), randomBytes(32)]

/** A gitferry on the same database each time. */
function gitferryWith(secrets: Parameters<typeof aesGcmSecrets>[0] | undefined) {
  const { dataDir, root } = sandbox
  return createGitferry({
    storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
    secrets: secrets && aesGcmSecrets(secrets),
    dataDir,
    repoRoots: [root],
    forkServer: false,
  })
}

describe('at start', () => {
  it('the secret key is the one of before, or gitferry does not start and says what to do', async () => {
    const first = gitferryWith({ key })
    await first.start()
    await first.keys.generate({ name: 'a' })
    await first.stop()

    const wrong = gitferryWith({ key: another })
    const error = await wrong.start().then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ code: 'SECRET_UNREADABLE' })
    expect(error.message).toMatch(/--secret-key-file.*GITFERRY_SECRET_KEY.*secrets_check/)
    expect(wrong.ready).toBe(false)
    await wrong.stop()

    await using right = gitferryWith({ key })
    await right.start()
    expect((await right.keys.list()).total).toBe(1)
  })

  it('a new key starts as long as the one of before is among the old ones', async () => {
    const first = gitferryWith({ key })
    await first.start()
    await first.stop()
    const rotated = gitferryWith({ key: another, oldKeys: [key] })
    await rotated.start()
    await rotated.stop()
    // what the older key sealed may still be there: it does not become the only one by itself
    await expect(gitferryWith({ key: another }).start()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
  })

  it('a key is taken up where there was none', async () => {
    const bare = gitferryWith(undefined)
    await bare.start()
    await bare.stop()
    await using sealing = gitferryWith({ key })
    await sealing.start()
    await sealing.keys.generate({ name: 'a' })
  })

  it('a key file that cannot be used keeps gitferry from starting, which can be tried again', async () => {
    const keyFile = join(sandbox.filePath, 'secret.key')
    await using broken = gitferryWith({ keyFile })
    await expect(broken.start()).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    await using working = gitferryWith({ keyFile: join(sandbox.dataDir, 'secret.key') })
    await working.start()
  })
})
