import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isGitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHostKey } from '../../src/git-ssh/host-key-file.ts'

let folder = ''
const file = () => join(folder, 'data', 'ssh_host_ed25519_key')

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'host-key-'))
})
afterEach(() => fs.rm(folder, { recursive: true }))

const problemOf = (path: string) =>
  openHostKey(path).then(
    () => undefined,
    (error: unknown) => (isGitferryError(error, 'SECRETS_UNAVAILABLE') ? error.message : `${error}`),
  )

describe('the host key', () => {
  it('is made once, for its owner alone, and is the same from then on', async () => {
    const made = await openHostKey(file())
    expect(made.type).toBe('ssh-ed25519')
    expect((await fs.stat(file())).mode & 0o777).toBe(0o600)
    expect((await fs.stat(join(folder, 'data'))).mode & 0o777).toBe(0o700)
    expect(await openHostKey(file())).toEqual(made)
    expect(await fs.readdir(join(folder, 'data'))).toEqual(['ssh_host_ed25519_key'])
  })

  it('has the fingerprint that ssh-keygen shows', async () => {
    const { fingerprint } = await openHostKey(file())
    expect(execFileSync('ssh-keygen', ['-lf', file()], { encoding: 'utf8' })).toContain(` ${fingerprint} `)
  })

  it('is one, however many make it at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => openHostKey(file())))
    expect(new Set(made.map(({ fingerprint }) => fingerprint)).size).toBe(1)
  })

  it('may be any that ssh-keygen has made', async () => {
    await fs.mkdir(join(folder, 'data'))
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', file()])
    expect((await openHostKey(file())).type).toBe('ecdsa-sha2-nistp256')
  })

  it('that others may read is refused', async () => {
    await openHostKey(file())
    await fs.chmod(file(), 0o640)
    expect(await problemOf(file())).toMatch(/has mode 0640.*chmod 600/)
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['no key', 'hello'],
    ['half a key', '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['a public key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'],
  ])('that is %s is refused, and not quoted', async (_what, text) => {
    await fs.mkdir(join(folder, 'data'))
    await fs.writeFile(file(), text, { mode: 0o600 })
    const problem = await problemOf(file())
    expect(problem).toMatch(/is no private key without a passphrase/)
    expect(problem).not.toMatch(/c2VjcmV0|AAAA|hello/)
  })

  it('that is no file is refused at once', async () => {
    await fs.mkdir(join(folder, 'data'))
    execFileSync('mkfifo', ['-m', '600', file()])
    expect(await problemOf(file())).toMatch(/is not a file/)
  })
})
