import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServerProcess, startServer, stopServer } from '../server-process.ts'

const megabyte = 1024 * 1024
const sizeBytes = 300 * megabyte
/** What a server may grow by while it serves, whatever the size of what goes through it. */
const allowanceBytes = 100 * megabyte

/** The most memory that a process has had, in bytes. */
const peakOf = ({ child }: ServerProcess): number => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

describe('a repository of 300 MB', () => {
  const sandbox = createApiSandbox()
  let server: ServerProcess
  beforeEach(async () => {
    server = await startServer(['--data-dir', sandbox.dataDir, '--storage', 'memory'])
  })
  afterEach(async () => {
    await stopServer(server)
    sandbox.remove()
  })

  it('is pushed and cloned without being held in memory', async () => {
    const client = createClient({ baseUrl: server.url })
    await client.repos.create({ name: 'large' })
    const cwd = join(sandbox.root, 'large')
    const git = (...args: string[]) => {
      const env = { PATH: process.env.PATH, HOME: sandbox.root, GIT_TERMINAL_PROMPT: '0' }
      const who = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', '-c', 'core.compression=0']
      return execFileSync('git', [...who, ...args], { cwd: sandbox.root, env, encoding: 'utf8' })
    }
    git('init', '-q', '-b', 'main', cwd)
    execFileSync('sh', ['-c', `head -c ${sizeBytes} /dev/urandom >"$0"`, join(cwd, 'blob')])
    git('-C', cwd, 'add', '.')
    git('-C', cwd, 'commit', '-q', '-m', 'large')
    const url = `${server.url}/local/large.git`
    // what a first exchange brings to memory is not counted
    git('ls-remote', url)
    const before = peakOf(server)
    git('-C', cwd, 'push', '-q', url, 'main')
    const pushed = peakOf(server)
    git('clone', '-q', url, 'copy')
    const cloned = peakOf(server)
    expect(statSync(join(sandbox.root, 'copy', 'blob')).size).toBe(sizeBytes)
    expect({ pushed: pushed - before < allowanceBytes, cloned: cloned - before < allowanceBytes }).toEqual({
      pushed: true,
      cloned: true,
    })
  }, 300_000)
})
