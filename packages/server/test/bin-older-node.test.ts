import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Makes a Node say that it is an old one. */
const pretendsToBeOld = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`,
)}`

let folder: string
let child: ChildProcessByStdio<null, Readable, Readable> | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-older-node-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  cpSync(fileURLToPath(new URL('../bin/gitferry.mjs', import.meta.url)), join(folder, 'bin', 'gitferry.mjs'))
})

afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Runs the command on an old Node, beside a newer one that does what `script` says, a piece of shell. */
function start(script: string, mode = 0o755) {
  writeFileSync(join(folder, 'node_modules', '.bin', 'node'), `#!/bin/sh\n${script}\n`, { mode })
  const command = spawn(
    process.execPath,
    ['--import', pretendsToBeOld, join(folder, 'bin', 'gitferry.mjs'), 'serve'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  child = command
  let stdout = ''
  let stderr = ''
  const said = Promise.withResolvers<void>()
  command.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    said.resolve()
  })
  command.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<{ how: number | NodeJS.Signals | null; stdout: string; stderr: string }>(
    (resolve) => {
      command.on('close', (code, signal) => resolve({ how: code ?? signal, stdout, stderr }))
    },
  )
  return { said: said.promise, ended, kill: (signal: NodeJS.Signals) => command.kill(signal) }
}

describe('the command on an older Node', () => {
  it('hands its arguments and the exit code of the newer one through', async () => {
    const { ended } = start('echo "$2"; exit 3')
    expect(await ended).toEqual({ how: 3, stdout: 'serve\n', stderr: '' })
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)('hands %s on', async (signal) => {
    const { ended, kill, said } = start(
      `trap 'echo heard; exit 7' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`,
    )
    await said
    kill(signal)
    expect(await ended).toMatchObject({ how: 7, stdout: 'ready\nheard\n' })
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'])(
    'ends by the signal that ended the newer one: %s',
    async (signal) => {
      const { ended } = start(`kill -${signal.slice(3)} $$`)
      expect(await ended).toMatchObject({ how: signal, stderr: '' })
    },
  )

  it('says on one line that the newer one cannot be started', async () => {
    const { ended } = start('exit 0', 0o644)
    const { how, stderr } = await ended
    expect(how).toBe(1)
    expect(stderr).toMatch(/^gitferry: cannot start \S+node: .*EACCES.*\n$/)
  })
})
