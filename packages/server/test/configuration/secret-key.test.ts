import { isGitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { resolveConfiguration } from '../../src/configuration/resolve-configuration.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const another = Buffer.alloc(32, 8).toString('base64')

interface Given {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly file?: string
}

function resolve({ flags = [], env = {}, file }: Given) {
  const config = file === undefined ? [] : ['--config', '/gitferry.yaml']
  const invocation = resolveConfiguration({
    argv: ['serve', ...flags, ...config],
    env,
    readFile: (path) => {
      if (path === '/gitferry.yaml') return file!
      throw new Error(`${path} must not be read here: the adapter does`)
    },
  })
  if (invocation.command !== 'serve') throw new Error('not a configuration')
  return { secretKey: invocation.configuration.secretKey, warnings: invocation.warnings }
}

function problemWith(given: Given): string {
  try {
    resolve(given)
  } catch (error) {
    if (isGitferryError(error, 'INVALID_INPUT')) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the secret key', () => {
  it('is a file in the data directory unless something else is said', () => {
    expect(resolve({}).secretKey).toEqual({ keyFile: 'data/secret.key' })
    expect(resolve({ flags: ['--data-dir', '/d'] }).secretKey).toEqual({ keyFile: '/d/secret.key' })
  })

  it.each<[string, Given, object]>([
    ['a flag for the file', { flags: ['--secret-key-file', '/k'] }, { keyFile: '/k' }],
    ['the environment', { env: { GITFERRY_SECRET_KEY: key } }, { key }],
    ['the environment, for the file', { env: { GITFERRY_SECRET_KEY_FILE: '/k' } }, { keyFile: '/k' }],
    ['a configuration file', { file: 'secret_key_file: /k' }, { keyFile: '/k' }],
    [
      'a flag before the environment',
      { flags: ['--secret-key-file', '/k'], env: { GITFERRY_SECRET_KEY: key } },
      { keyFile: '/k' },
    ],
    [
      'the environment before a file',
      { env: { GITFERRY_SECRET_KEY: key }, file: 'secret_key_file: /k' },
      { key },
    ],
    [
      'nothing, where a variable is set to nothing',
      { env: { GITFERRY_SECRET_KEY: '' } },
      { keyFile: 'data/secret.key' },
    ],
  ])('is taken from %s', (_, given, expected) => {
    expect(resolve(given)).toEqual({ secretKey: expected, warnings: [] })
  })

  it('has no flag of its own: everybody on the machine can read a command line', () => {
    expect(problemWith({ flags: [`--secret-key=${key}`] })).toBe(
      '--secret-key: everybody on this machine can read a command line; give the secret by --secret-key-file or GITFERRY_SECRET_KEY',
    )
  })

  it.each([Buffer.alloc(16).toString('base64'), 'canary', 'a'.repeat(64), `${key}${key}`])(
    'given as %j is refused, and not quoted',
    (value) => {
      expect(problemWith({ env: { GITFERRY_SECRET_KEY: value } })).toBe(
        'GITFERRY_SECRET_KEY: must be 32 bytes in base64: openssl rand -base64 32',
      )
    },
  )

  it('given twice by one source is refused', () => {
    expect(problemWith({ env: { GITFERRY_SECRET_KEY: key, GITFERRY_SECRET_KEY_FILE: '/k' } })).toBe(
      'GITFERRY_SECRET_KEY_FILE: is given together with GITFERRY_SECRET_KEY; give one of them',
    )
  })
})

describe('ENCRYPTION_KEY, as the original called it', () => {
  it('is taken with a warning where it is a key', () => {
    const { secretKey, warnings } = resolve({ env: { ENCRYPTION_KEY: key } })
    expect(secretKey).toEqual({ key })
    expect(warnings).toEqual([expect.stringMatching(/^ENCRYPTION_KEY .*GITFERRY_SECRET_KEY/)])
  })

  it.each(['0123456789abcdef0123456789abcdef', 'canary', 'a'.repeat(64)])(
    '%j is ignored with a warning that does not quote it',
    (value) => {
      const { secretKey, warnings } = resolve({ env: { ENCRYPTION_KEY: value } })
      expect(secretKey).toEqual({ keyFile: 'data/secret.key' })
      expect(warnings).toEqual([expect.stringMatching(/^ENCRYPTION_KEY is not a key/)])
      expect(warnings.join()).not.toContain(value)
    },
  )

  it.each<[string, Given]>([
    ['a key', { env: { ENCRYPTION_KEY: another, GITFERRY_SECRET_KEY: key } }],
    ['a file', { env: { ENCRYPTION_KEY: 'canary' }, flags: ['--secret-key-file', '/k'] }],
  ])('is not looked at where gitferry’s own setting gives %s', (_, given) => {
    expect(resolve(given).warnings).toEqual([])
  })
})
