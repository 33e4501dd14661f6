import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import * as nodeFs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aesGcmSecrets } from '../../src/secrets/aes-gcm.ts'
import { aesGcmKeyRotation } from '../../src/secrets/key-rotation.ts'

let folder: string
let keyFile: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-rotation-'))
  keyFile = join(folder, 'secret.key')
  await aesGcmSecrets({ keyFile }).open()
})
afterEach(() => rmSync(folder, { recursive: true }))

const keyIn = (path: string) => readFileSync(path, 'utf8')
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const newKey = () => randomBytes(32).toString('base64')

async function opened(...given: Parameters<typeof aesGcmKeyRotation>) {
  const rotation = aesGcmKeyRotation(...given)
  await rotation.secrets.open()
  return rotation
}

describe('the rotation of a key file', () => {
  it('touches nothing before it begins, and seals with the key that is there', async () => {
    const { secrets } = await opened({ keyFile })
    const box = aesGcmSecrets({ keyFile })
    await box.open()
    const sealed = secrets.seal('secret', 'place')
    expect(box.unseal(sealed, 'place')).toBe('secret')
    expect(secrets.isStale(sealed)).toBe(false)
    expect(readdirSync(folder)).toEqual(['secret.key'])
  })

  it('makes the new key beside the file, for its owner alone; then the former still opens and seals nothing', async () => {
    const before = process.umask(0)
    try {
      const rotation = await opened({ keyFile })
      const sealed = rotation.secrets.seal('secret', 'place')
      await rotation.begin()
      await rotation.begin()
      expect(readdirSync(folder)).toEqual(['secret.key', 'secret.key.next'])
      expect(modeOf(`${keyFile}.next`)).toBe('600')
      expect(keyIn(`${keyFile}.next`)).not.toBe(keyIn(keyFile))
      const { secrets } = rotation
      expect(secrets.isStale(sealed)).toBe(true)
      expect(secrets.unseal(sealed, 'place')).toBe('secret')
      expect(secrets.isStale(secrets.seal('secret', 'place'))).toBe(false)
    } finally {
      process.umask(before)
    }
  })

  it('puts the new key in the place of the former, which is kept under its id', async () => {
    const [former, rotation] = [keyIn(keyFile), await opened({ keyFile })]
    await rotation.begin()
    const next = keyIn(`${keyFile}.next`)
    await rotation.finish()
    const { from } = rotation.keyIds()
    expect(rotation.retired).toBe(`${keyFile}.retired-${from[0]}`)
    expect(readdirSync(folder)).toEqual(['secret.key', `secret.key.retired-${from[0]}`])
    expect(keyIn(keyFile)).toBe(next)
    expect(keyIn(rotation.retired!)).toBe(former)
    for (const path of [keyFile, rotation.retired!]) expect(modeOf(path)).toBe('600')
  })

  it('that was cut off keeps the file from being used, and is taken up with the same key', async () => {
    const cut = await opened({ keyFile })
    await cut.begin()
    const sealed = cut.secrets.seal('secret', 'place')
    const error = await aesGcmSecrets({ keyFile })
      .open()
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(error.message).toMatch(/secret\.key\.next.*gitferry keys rotate/)

    const { secrets } = await opened({ keyFile })
    expect(secrets.isStale(sealed)).toBe(false)
    expect(secrets.unseal(sealed, 'place')).toBe('secret')
  })

  it('works on the file that a link names, and finds what was begun by either name', async () => {
    const link = join(folder, 'link')
    symlinkSync(keyFile, link)
    await (await opened({ keyFile: link })).begin()
    await expect(aesGcmSecrets({ keyFile }).open()).rejects.toThrow(/being rotated/)
    await expect(aesGcmSecrets({ keyFile: link }).open()).rejects.toThrow(/being rotated/)
    const rotation = await opened({ keyFile })
    await rotation.finish()
    expect(keyIn(link)).toBe(keyIn(keyFile))
  })

  it('works where the file system has no links', async () => {
    const link = async () => {
      throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
    }
    const rotation = await opened({ keyFile }, { ...nodeFs, link })
    await rotation.begin()
    await rotation.finish()
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('does not finish with another key than the one that sealed', async () => {
    const former = keyIn(keyFile)
    const rotation = await opened({ keyFile })
    await rotation.begin()
    writeFileSync(`${keyFile}.next`, newKey())
    await expect(rotation.finish()).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    rmSync(`${keyFile}.next`)
    await expect(rotation.finish()).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(keyIn(keyFile)).toBe(former)
  })

  it('refuses a next key that others may read', async () => {
    await (await opened({ keyFile })).begin()
    chmodSync(`${keyFile}.next`, 0o644)
    await expect(opened({ keyFile })).rejects.toThrow(/secret\.key\.next has mode 0644/)
    await expect(aesGcmSecrets({ keyFile }).open()).rejects.toThrow(/secret\.key\.next has mode 0644/)
  })

  it('needs a file', async () => {
    rmSync(keyFile)
    await expect(opened({ keyFile })).rejects.toThrow(/There is no secret key file .*secret\.key/)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a rotation with keys that are given', () => {
  it.each<[string, (old: string) => Parameters<typeof aesGcmKeyRotation>[0]]>([
    ['a key', (old) => ({ key: newKey(), oldKeys: [old] })],
    ['a file', (old) => ({ keyFile, oldKeys: [old] })],
  ])('takes %s for the new one, makes none, and leaves every file as it is', async (_, options) => {
    const old = newKey()
    const content = keyIn(keyFile)
    const sealed = aesGcmSecrets({ key: old }).seal('secret', 'place')
    const rotation = await opened(options(old))
    await rotation.begin()
    expect(rotation.secrets.isStale(sealed)).toBe(true)
    expect(rotation.secrets.unseal(sealed, 'place')).toBe('secret')
    await rotation.finish()
    expect(rotation.retired).toBeUndefined()
    expect(rotation.keyIds().from).toHaveLength(1)
    expect(readdirSync(folder)).toEqual(['secret.key'])
    expect(keyIn(keyFile)).toBe(content)
  })

  it('finishes the rotation of the file that was cut off, if there is one', async () => {
    await (await opened({ keyFile })).begin()
    const next = keyIn(`${keyFile}.next`)
    const rotation = await opened({ keyFile, oldKeys: [newKey()] })
    await rotation.begin()
    await rotation.finish()
    expect(keyIn(keyFile)).toBe(next)
    expect(rotation.keyIds().from).toHaveLength(2)
  })

  it('refuses what is no key, as a box does', () => {
    expect(() => aesGcmKeyRotation({ keyFile, oldKeys: ['x'] })).toThrow(/^oldKeys\.0: must be 32 bytes/)
    expect(() => aesGcmKeyRotation({})).toThrow(/^key: /)
  })
})
