import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesCanary, type Canary, canary, keyCanary, unguessable } from './canary/canary.ts'
import { Evidence } from './canary/evidence.ts'
import { readPrivateKey } from './canary/private-key.ts'
import { ProcessSamples } from './canary/process-samples.ts'
import { findCanaries } from './canary/search.ts'
import { filesBelow } from './canary/seen-files.ts'
import { tableValues } from './canary/table-values.ts'
import { makeKey } from './ssh-git-server.ts'

const secret = `${unguessable()}@/:?#&%+ ö"'\\<$${unguessable()}`
const planted = canary('the secret', secret)
const amid = (text: string): string => `some text ${text} and more`
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const writingsOf = (text: string | Uint8Array, canaries: readonly Canary[] = [planted]) =>
  findCanaries(text, canaries).map(({ writing }) => writing)

describe('a planted secret is found', () => {
  it.each([
    ['as it is', secret, 'plain'],
    ['in capitals', secret.toUpperCase(), 'plain'],
    ['in JSON', JSON.stringify({ password: secret }), 'escaped'],
    ['in base64', base64(secret), 'base64'],
    ['in base64 without padding', base64(secret).replace(/=+$/, ''), 'base64'],
    ['in base64url', Buffer.from(secret).toString('base64url'), 'base64'],
    ['in base64, URL-encoded', encodeURIComponent(base64(secret)), 'base64'],
    ['in base64 in lines', base64(secret).replace(/.{20}/g, '$&\r\n '), 'base64'],
    ['in base64 in lines in JSON', JSON.stringify(base64(secret).replace(/.{20}/g, '$&\n')), 'base64'],
    ...['', 'm', 'mi', 'mia'].map(
      (user) => [`in the header of the user "${user}"`, base64(`${user}:${secret}`), 'base64'] as const,
    ),
    ['in hexadecimal', Buffer.from(secret).toString('hex'), 'hexadecimal'],
    ['in hexadecimal in capitals', Buffer.from(secret).toString('hex').toUpperCase(), 'hexadecimal'],
    ['in its first word alone', secret.slice(0, 24), 'plain'],
    ['in its last word alone', secret.slice(-24), 'plain'],
  ] as const)('%s', (_, text, writing) => {
    expect(writingsOf(amid(text))).toEqual([writing])
    expect(writingsOf(Buffer.from(amid(text)))).toEqual([writing])
  })

  // words of it would be found as they are: every character has a meaning somewhere
  const signs = canary('the signs', '@/:?#&%+ ö"\'\\<$@/:?#&%+ ö"\'\\<$')
  const [signsText] = signs.parts.map(String)
  it.each([
    ['URL-encoded', encodeURIComponent(signsText!), 'URL-encoded'],
    ['URL-encoded in small letters', encodeURIComponent(signsText!).toLowerCase(), 'URL-encoded'],
    ['as a query writes it', new URLSearchParams({ x: signsText! }).toString(), 'URL-encoded'],
    ['as a URL writes it', new URL(`http://x/${encodeURIComponent(signsText!)}`).href, 'URL-encoded'],
    ['URL-encoded in JSON', JSON.stringify({ url: encodeURIComponent(signsText!) }), 'URL-encoded'],
    ['with the escapes of JSON', JSON.stringify(signsText), 'escaped'],
    ['with the escapes of ASCII JSON', JSON.stringify(signsText).replace('ö', '\\u00f6'), 'escaped'],
  ] as const)('%s', (_, text, writing) => {
    expect(writingsOf(amid(text), [signs])).toEqual([writing])
  })

  it('in bytes that are no text', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0, 0xc3]), Buffer.from(secret), Buffer.from([0xfe])])
    expect(writingsOf(bytes)).toEqual(['plain'])
  })

  it('once, by its name, and no other', () => {
    const other = canary('another', unguessable())
    const text = `${secret} ${base64(secret)} ${secret}`
    expect(findCanaries(text, [other, planted])).toEqual([{ canary: 'the secret', writing: 'plain' }])
  })

  it('not where it is not', () => {
    expect(writingsOf(amid(canary('x', unguessable()).parts.map(String).join()))).toEqual([])
    expect(writingsOf(gzipSync(secret))).toEqual([])
    expect(writingsOf('')).toEqual([])
  })
})

describe('a private key is found', () => {
  const key = makeKey()
  const rsa = makeKey('rsa')
  const canaries = [keyCanary('the key', key.private), keyCanary('rsa', rsa.private)]

  it('by any line of its file, but those that its public half shows too', () => {
    for (const line of key.private.split('\n').slice(1, -2)) {
      expect(writingsOf(amid(line), canaries)).toEqual(['plain'])
      expect(writingsOf(base64(amid(line)), canaries)).toEqual(['base64'])
    }
  })

  it('by its numbers, in whatever format and wherever they are cut off', () => {
    const [seed] = readPrivateKey(key.private).numbers
    expect(seed?.length).toBe(32)
    expect(writingsOf(Buffer.concat([Buffer.from('x'), seed!]), canaries)).toEqual(['plain'])
    expect(writingsOf(base64(`x${Buffer.from(seed!).toString('base64')}`), canaries)).toEqual([])
    for (const number of readPrivateKey(rsa.private).numbers) {
      const jwk = Buffer.from(number).toString('base64url')
      // where a line of the file begins with it, that is found first
      expect(writingsOf(amid(jwk), canaries)).toEqual([expect.stringMatching(/^(?:base64|plain)$/)])
      expect(writingsOf(amid(jwk.slice(0, 50)), canaries)).toEqual(['base64'])
      expect(writingsOf(amid(Buffer.from(number).toString('hex')), canaries)).toEqual(['hexadecimal'])
    }
  })

  it('and not by its public half', () => {
    for (const { public: line, fingerprint } of [key, rsa]) {
      expect(writingsOf(`${line} ${fingerprint}`, canaries)).toEqual([])
    }
  })

  it('as bytes', () => {
    const bytes = Buffer.from(unguessable(), 'hex')
    expect(writingsOf(amid(bytes.toString('base64')), [bytesCanary('bytes', bytes)])).toEqual(['base64'])
  })
})

describe('what is searched', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitferry-canary-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('holds every column of every table, and what is only in the log of the database yet', () => {
    const path = join(folder, 'x.db')
    using database = new DatabaseSync(path)
    database.exec('pragma journal_mode = wal; create table notes (id integer primary key, "a b" text)')
    database.prepare('insert into notes ("a b") values (?)').run(secret)
    const values = tableValues(path)
    expect([...values.keys()]).toEqual(['notes.id', 'notes.a b'])
    expect(writingsOf(values.get('notes.a b') ?? '')).toEqual(['plain'])
    const files = filesBelow(folder).filter(({ content }) => writingsOf(content ?? '').length > 0)
    expect(files.map(({ path }) => path)).toEqual([`${path}-wal`])
  })

  it('is kept as evidence once, and told with its place', () => {
    const evidence = new Evidence()
    evidence.add('the log', 'first', amid(base64(`mia:${secret}`)))
    evidence.add('the log', 'second', amid(base64(`mia:${secret}`)))
    evidence.add('the log', 'third', 'nothing')
    evidence.add('elsewhere', 'fourth', secret)
    expect(evidence.findings('the log', [planted])).toEqual(['the secret, base64, in first'])
    expect(evidence.namesOf('the log')).toEqual(['first', 'third'])
  })

  it('holds the command lines and environments of other processes', async () => {
    const child = spawn('/bin/sh', ['-c', 'read line', secret], { env: { PASSWORD: secret } })
    try {
      await new Promise((resolve) => child.once('spawn', resolve))
      const samples = new ProcessSamples()
      samples.take()
      const seen = samples.all.filter(({ pid }) => pid === child.pid)
      expect(seen.map(({ commandLine }) => writingsOf(commandLine))).toEqual([['plain']])
      expect(seen.map(({ environment }) => writingsOf(environment))).toEqual([['plain']])
    } finally {
      child.kill()
    }
  })

  it('holds files in folders, and passes over what it is told to', () => {
    writeFileSync(join(folder, 'file'), secret)
    expect(filesBelow(folder).map(({ content }) => writingsOf(content ?? ''))).toEqual([['plain']])
    expect(filesBelow(folder, { skip: /file$/ })).toEqual([])
  })
})
