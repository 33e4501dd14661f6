import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ForkServer } from '../../src/git/fork-server.ts'
import { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { fakeGit, foldersIn, rawCommand } from './fake-git.ts'

const module = fileURLToPath(new URL('../../src/git/core-dumps.ts', import.meta.url))
const pattern =
  process.platform === 'linux' ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : ''
/** Elsewhere a dump goes to a program, or to a place of the system’s. */
const dumpsAreFiles = /^[\w.%-]+$/.test(pattern)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-core-dumps-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Lets a process hold a secret, then crash where a dump may be written; answers whether the dump has the secret. */
async function dumpHolds({ kept }: { readonly kept: boolean }): Promise<boolean | 'no dump'> {
  const script = `
    import { keepMemoryOutOfCoreDumps } from ${JSON.stringify(module)}
    ${kept ? 'keepMemoryOutOfCoreDumps()' : ''}
    globalThis.held = Buffer.from('part one, ' + 'and part two of it, ' + Math.sqrt(1764))
    process.kill(process.pid, 'SIGSEGV')`
  const limited = ['-c', 'ulimit -c unlimited && exec "$@"', 'sh', process.execPath]
  const child = spawn('sh', [...limited, '--input-type=module', '-e', script], {
    cwd: folder,
    stdio: 'ignore',
  })
  await once(child, 'exit')
  const dump = readdirSync(folder).find((name) => name.startsWith('core'))
  return dump === undefined
    ? 'no dump'
    : readFileSync(join(folder, dump)).includes('part one, and part two of it, 42')
}

describe('a core dump', () => {
  it.runIf(dumpsAreFiles)('holds no secret of the process, which it would otherwise', async ({ skip }) => {
    const without = await dumpHolds({ kept: false })
    if (without === 'no dump') skip('this machine writes no core dumps')
    expect(without).toBe(true)
    rmSync(folder, { recursive: true })
    folder = mkdtempSync(join(tmpdir(), 'gitferry-core-dumps-'))
    expect(await dumpHolds({ kept: true })).not.toBe(true)
  })

  it.runIf(process.platform === 'linux')('of a git that the fork server has started holds none', async () => {
    const folders = foldersIn(folder)
    const server = new ForkServer({ ...folders, logger: silentLogger })
    try {
      const git = fakeGit(folder, 'cat /proc/self/coredump_filter')
      const runner = new ProcessGitRunner({ git, ...folders, logger: silentLogger, starter: server })
      expect((await runner.run(rawCommand())).stdout.trim()).toBe('00000000')
      // this process is not ours to change
      expect(readFileSync('/proc/self/coredump_filter', 'utf8').trim()).not.toBe('00000000')
    } finally {
      await server.close()
    }
  })
})
