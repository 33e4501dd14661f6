import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))
const key = Buffer.alloc(32, 7).toString('base64')

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-secret-key-'))
})
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Starts the server; answers once it listens, or has ended. */
async function serve(env: Readonly<Record<string, string>> = {}) {
  const args = ['--conditions=@gitferry/source', bin, 'serve', '--port', '0', '--data-dir', 'data']
  const { NODE_COMPILE_CACHE, PATH } = process.env
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH, NODE_COMPILE_CACHE, ...env } })
  children.push(child)
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const listening = new Promise<true>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('listening')) resolve(true)
    })
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const isListening = await Promise.race([listening, ended.then(() => false)])
  return {
    pid: child.pid!,
    isListening,
    ended,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const file = () => join(folder, 'data', 'secret.key')

describe('gitferry serve', () => {
  it('makes a secret key once, for its owner alone, and does not start over its secrets without it', async () => {
    const first = await serve()
    expect(first.isListening, first.output()).toBe(true)
    await first.stop()
    expect((statSync(file()).mode & 0o777).toString(8)).toBe('600')
    const made = readFileSync(file(), 'utf8')

    renameSync(file(), join(folder, 'kept.key'))
    const lost = await serve()
    expect(lost.isListening).toBe(false)
    expect(await lost.ended).toBe(1)
    expect(lost.output()).toMatch(/The secret key is not the one.*--secret-key-file/)
    for (const { output } of [first, lost]) expect(output()).not.toContain(made.trim())

    renameSync(join(folder, 'kept.key'), file())
    const found = await serve()
    expect(found.isListening, found.output()).toBe(true)
    await found.stop()
  })

  it('with the key in its environment makes no file, and shows the key nowhere', async () => {
    const server = await serve({ GITFERRY_SECRET_KEY: key })
    expect(server.isListening, server.output()).toBe(true)
    expect(existsSync(file())).toBe(false)
    expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(key)
    await server.stop()
    expect(server.output()).not.toContain(key)
  })

  it('starts with another key over what a key of before has sealed, when it is given that too', async () => {
    const first = await serve()
    expect(first.isListening, first.output()).toBe(true)
    await first.stop()
    const old = join(folder, 'old.key')
    renameSync(file(), old)
    const changed = await serve({ GITFERRY_SECRET_KEY: key, GITFERRY_OLD_SECRET_KEY_FILES: old })
    expect(changed.isListening, changed.output()).toBe(true)
    await changed.stop()
  })

  it.each([
    ['this version', 'GITFERRY_SECRET_KEY', 'GITFERRY_WEBHOOK_SECRET'],
    ['the original service', 'ENCRYPTION_KEY', 'WEBHOOK_SECRET'],
  ])('keeps no secret of a variable of %s in its environment', async (_, forKey, forWebhooks) => {
    const webhookSecret = 'canary-webhook-secret'
    const server = await serve({
      [forKey]: key,
      [forWebhooks]: webhookSecret,
      GITFERRY_HOST: '127.0.0.1',
      NODE_OPTIONS: `--report-on-signal --report-directory=${folder} --report-filename=report.json`,
    })
    expect(server.isListening, server.output()).toBe(true)
    process.kill(server.pid, 'SIGUSR2')
    const report = await vi.waitFor(
      () => {
        const text = readFileSync(join(folder, 'report.json'), 'utf8')
        return { text, told: JSON.parse(text) as { environmentVariables: Record<string, string> } }
      },
      { timeout: 10_000 },
    )
    await server.stop()
    expect(report.told.environmentVariables).toHaveProperty('GITFERRY_HOST')
    expect(Object.keys(report.told.environmentVariables)).not.toContain(forKey)
    expect(Object.keys(report.told.environmentVariables)).not.toContain(forWebhooks)
    for (const secret of [key, webhookSecret]) expect(report.text).not.toContain(secret)
  })
})
