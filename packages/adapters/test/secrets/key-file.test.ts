import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
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
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aesGcmSecrets } from '../../src/secrets/aes-gcm.ts'
import { openKeyFile } from '../../src/secrets/key-file.ts'

let folder: string
let keyFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-secrets-'))
  keyFile = join(folder, 'data', 'secret.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

async function opened() {
  const box = aesGcmSecrets({ keyFile })
  await box.open()
  return box
}

async function refusal(): Promise<GitferryError> {
  const error = await opened().then(
    () => undefined,
    (thrown: GitferryError) => thrown,
  )
  expect(error?.code).toBe('SECRETS_UNAVAILABLE')
  expect(error?.message).toContain(keyFile)
  return error!
}

function put(content: string, mode = 0o600): void {
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(keyFile, content, { mode })
  chmodSync(keyFile, mode)
}

const aKey = () => `${Buffer.alloc(32, 7).toString('base64')}\n`

describe('a secret key file', () => {
  it('is made once, for its owner alone, in a folder for its owner alone', async () => {
    const before = process.umask(0)
    try {
      const sealed = (await opened()).seal('secret', 'place')
      const content = readFileSync(keyFile, 'utf8')
      expect(modeOf(keyFile)).toBe('600')
      expect(modeOf(join(folder, 'data'))).toBe('700')
      expect(content).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
      expect((await opened()).unseal(sealed, 'place')).toBe('secret')
      expect(readFileSync(keyFile, 'utf8')).toBe(content)
      expect(readdirSync(join(folder, 'data'))).toEqual(['secret.key'])
    } finally {
      process.umask(before)
    }
  })

  it('is another one in every folder', async () => {
    await opened()
    const first = readFileSync(keyFile, 'utf8')
    rmSync(keyFile)
    await opened()
    expect(readFileSync(keyFile, 'utf8')).not.toBe(first)
  })

  it('is made where the file system has no links, too', async () => {
    const link = async () => {
      throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
    }
    const first = await openKeyFile(keyFile, { ...nodeFs, link })
    expect(modeOf(keyFile)).toBe('600')
    expect(readdirSync(join(folder, 'data'))).toEqual(['secret.key'])
    expect(await openKeyFile(keyFile, { ...nodeFs, link })).toEqual(first)
  })

  it('is one file for all who open it at once', async () => {
    const boxes = await Promise.all(Array.from({ length: 3 }, () => opened()))
    const sealed = boxes[0]!.seal('secret', 'place')
    for (const box of boxes) expect(box.unseal(sealed, 'place')).toBe('secret')
  })

  it('is one key for all who open it at once, whole from the beginning, with nothing left beside it', async () => {
    for (let round = 0; round < 50; round += 1) {
      keyFile = join(folder, String(round), 'secret.key')
      const opening = Promise.all(
        Array.from({ length: 8 }, async (_, turns) => {
          for (let turn = 0; turn < turns; turn += 1) await nextTurn()
          return openKeyFile(keyFile)
        }),
      )
      const over = opening.then(() => true)
      while (!(await Promise.race([over, nextTurn(false)]))) {
        if (existsSync(keyFile)) expect(readFileSync(keyFile, 'utf8')).toMatch(/^.{44}\n$/)
      }
      const keys = await opening
      expect(new Set(keys.map(({ id }) => id)).size).toBe(1)
      expect((await openKeyFile(keyFile)).id).toBe(keys[0]!.id)
      expect(readdirSync(join(folder, String(round)))).toEqual(['secret.key'])
    }
  })

  it('is read once for each box', async () => {
    const box = await opened()
    const sealed = box.seal('secret', 'place')
    put(aKey())
    await box.open()
    expect(box.unseal(sealed, 'place')).toBe('secret')
  })

  it('is asked for before anything is sealed', () => {
    expect(() => aesGcmSecrets({ keyFile }).seal('secret', 'place')).toThrow(/open\(\) first/)
    expect(() => aesGcmSecrets({ keyFile }).isStale('v1')).toThrow(/open\(\) first/)
  })

  it('may be a link, and may be read-only', async () => {
    put(aKey(), 0o400)
    await opened()
    const real = join(folder, 'real')
    linkSync(keyFile, real)
    rmSync(keyFile)
    symlinkSync(real, keyFile)
    await opened()
  })

  it.each([0o640, 0o604, 0o644, 0o660, 0o620, 0o610])(
    'is refused with mode %o, naming what to do',
    async (mode) => {
      put(aKey(), mode)
      const error = await refusal()
      expect(error.message).toContain(`has mode 0${mode.toString(8)}`)
      expect(error.message).toContain('chmod 600')
      expect(modeOf(keyFile)).toBe(mode.toString(8))
    },
  )

  it.each([
    ['something else', 'canary-canary-canary-canary', /must hold 32 bytes in base64/],
    ['a shorter key', Buffer.alloc(31).toString('base64'), /must hold 32 bytes/],
    ['two keys', aKey() + aKey(), /must hold 32 bytes/],
    ['a key and much behind it', aKey() + ' '.repeat(1_000), /must hold 32 bytes/],
    ['nothing', '', /is empty/],
    ['a key as bytes', '\x01'.repeat(32), /must hold 32 bytes/],
  ])('that holds %s is refused, is not quoted and stays as it is', async (_, content, message) => {
    put(content)
    const error = await refusal()
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('canary')
    expect(readFileSync(keyFile, 'utf8')).toBe(content)
  })

  it('that is a folder or a pipe is refused at once', async () => {
    mkdirSync(keyFile, { recursive: true, mode: 0o700 })
    await refusal()
    rmSync(keyFile, { recursive: true })
    execFileSync('mkfifo', ['-m', '600', keyFile])
    expect((await refusal()).message).toMatch(/is not a file/)
  })

  it('that cannot be made says why, and can be tried again', async () => {
    writeFileSync(join(folder, 'data'), '')
    const box = aesGcmSecrets({ keyFile })
    await expect(box.open()).rejects.toThrow(/cannot be read or made: .*ENOTDIR|EEXIST/)
    rmSync(join(folder, 'data'))
    await box.open()
    expect(box.unseal(box.seal('secret', 'place'), 'place')).toBe('secret')
  })
})
