import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyFolder } from '../keys/key-folder.ts'

let sandbox: ApiSandbox
beforeEach(() => {
  sandbox = createApiSandbox()
})
afterEach(() => sandbox.remove())

const makePrivateKey = (): string => {
  using folder = new KeyFolder()
  return folder.make('-t', 'ed25519')
}

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

  it('a key that is lost is gone without as the message says, and what was sealed is stored again', async () => {
    const place = { private_key: makePrivateKey(), origin: 'https://git.example.com' }
    const token = (origin: string, secret: string) =>
      ({ name: 'forge', type: 'token', origin, token: secret }) as const
    const first = gitferryWith({ key })
    await first.start()
    const sshKey = await first.keys.create({ name: 'deploy', private_key: place.private_key })
    const credential = await first.credentials.create(token(place.origin, 'lost'))
    const access = { ssh_key_id: sshKey.id, credential_id: credential.id }
    const repo = await first.repos.register({ path: sandbox.clonePath, ...access })
    await first.stop()

    const refused = await gitferryWith({ key: another })
      .start()
      .then(
        () => '',
        ({ message }: Error) => message,
      )
    const [statement = ''] = /DELETE FROM settings WHERE name IN \([^)]*\)/.exec(refused) ?? []
    const database = new DatabaseSync(join(sandbox.dataDir, 'gitferry.db'))
    database.exec(statement)
    database.close()

    await using again = gitferryWith({ key: another })
    await again.start()
    const updated: unknown[] = []
    again.on('key.updated', ({ key: { id } }) => updated.push(id))
    const elsewhere = again.credentials.create(token('https://other.example.com', 'x'))
    await expect(elsewhere).rejects.toMatchObject({ code: 'CREDENTIAL_EXISTS' })
    const users = [{ object_type: 'repo', repo_id: repo.id, name: repo.name }]
    expect(await again.credentials.create(token(place.origin, 'new'))).toMatchObject({
      id: credential.id,
      used_by: users,
    })
    expect(await again.keys.create({ name: 'deploy', private_key: place.private_key })).toMatchObject({
      id: sshKey.id,
      fingerprint: sshKey.fingerprint,
      used_by: users,
    })
    expect(updated).toEqual([sshKey.id])
    const { items } = await again.audit.list({ page_size: 2 })
    expect(items.map(({ type, object_type, object_id }) => [type, object_type, object_id])).toEqual([
      ['update', 'ssh_key', sshKey.id],
      ['update', 'credential', credential.id],
    ])
    // what can be opened again is taken, as ever
    const second = again.keys.create({ name: 'b', private_key: place.private_key })
    await expect(second).rejects.toMatchObject({ code: 'SSH_KEY_EXISTS' })
    await expect(again.credentials.create(token(place.origin, 'x'))).rejects.toMatchObject({
      code: 'CREDENTIAL_EXISTS',
    })
  })

  it('without a key the remotes keep what opens them, although a login in their URL forbids them', async () => {
    const loginUrl = 'https://me:canary@git.example.com/x.git'
    sandbox.git(sandbox.clonePath, 'config', 'remote.origin.url', loginUrl)
    const first = gitferryWith({ key })
    await first.start()
    const { id } = await first.repos.register({ path: sandbox.clonePath })
    const origin = async (gitferry: typeof first) => {
      const task = { repo_id: id, source_remote: 'nowhere', source_branch: 'main', target_remote: 'backup' }
      await expect(gitferry.sync.tasks.create(task)).rejects.toMatchObject({ code: 'REMOTE_UNKNOWN' })
      return (await gitferry.repos.remotes.list(id)).items.find(({ name }) => name === 'origin')
    }
    const { credential_id } = (await origin(first))!
    await first.stop()

    const bare = gitferryWith(undefined)
    await bare.start()
    expect(await origin(bare)).toMatchObject({ problem: expect.any(String), credential_id })
    await bare.stop()

    await using again = gitferryWith({ key })
    await again.start()
    expect(await origin(again)).toMatchObject({ problem: null, credential_id })
    expect((await again.credentials.list()).total).toBe(1)
    expect(credential_id).not.toBeNull()
  })

  it('a key file that cannot be used keeps gitferry from starting, which can be tried again', async () => {
    const keyFile = join(sandbox.filePath, 'secret.key')
    await using broken = gitferryWith({ keyFile })
    await expect(broken.start()).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    await using working = gitferryWith({ keyFile: join(sandbox.dataDir, 'secret.key') })
    await working.start()
  })
})
