import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChildRecords, reapChildren } from '../../src/git/child-records.ts'
import { endGroup, groupMembers, processStat } from '../../src/git/process-group.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { fakeGit } from './fake-git.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url))

async function until(fact: () => boolean): Promise<void> {
  // without a pause it would take a core from what it waits for
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 2))
}

const recordOf = (pid: number): string => {
  const file = sandbox.path('children', String(pid))
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Another process that runs a git by our runner and is killed in the middle of it; answers git's pid. */
async function killAGitferry(): Promise<number> {
  const started = sandbox.path('started')
  const git = fakeGit(
    sandbox.dir,
    `sleep 300 & echo $$ >'${started}.tmp'; mv '${started}.tmp' '${started}'; wait`,
  )
  const program = sandbox.path('gitferry.ts')
  writeFileSync(
    program,
    `import { ProcessGitRunner } from ${JSON.stringify(source('git/process-runner.ts'))}
     import { silentLogger } from ${JSON.stringify(source('ports/logger.ts'))}
     const [git, home, childrenDir] = process.argv.slice(2)
     await new ProcessGitRunner({ git, home, childrenDir, logger: silentLogger }).run({ args: ['x'], parse() {} })`,
  )
  const args = ['--conditions=@gitferry/source', program, git, sandbox.path('home'), sandbox.path('children')]
  const gitferry = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise((resolve) => gitferry.once('exit', resolve))
  await until(() => existsSync(started))
  const pid = Number(readFileSync(started, 'utf8'))
  await until(() => recordOf(pid).endsWith('}'))
  gitferry.kill('SIGKILL')
  await ended
  return pid
}

describe('reapChildren', () => {
  it('ends the git of a gitferry that was killed, and what git had started', async () => {
    const group = await killAGitferry()
    expect(groupMembers(group)).toHaveLength(2)
    expect(await reapChildren(sandbox.path('children'), silentLogger)).toBe(1)
    expect(groupMembers(group)).toEqual([])
    expect(readdirSync(sandbox.path('children'))).toEqual([])
  })

  it('ends what a dead git had started', async () => {
    const group = await killAGitferry()
    process.kill(group, 'SIGKILL')
    await until(() => processStat(group)?.isZombie !== false)
    expect(groupMembers(group)).toHaveLength(1)
    expect(await reapChildren(sandbox.path('children'), silentLogger)).toBe(1)
    expect(groupMembers(group)).toEqual([])
  })

  it('spares a stranger that has the pid of a recorded child by now', async () => {
    const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
    const pid = stranger.pid as number
    try {
      new ChildRecords(sandbox.path('children'), sandbox.path('home')).add(pid)
      const file = sandbox.path('children', String(pid))
      const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
      writeFileSync(file, JSON.stringify({ ...record, start_time: '1' }))
      expect(await reapChildren(sandbox.path('children'), silentLogger)).toBe(0)
      expect(processStat(pid)?.isZombie).toBe(false)
      expect(existsSync(file)).toBe(false)
    } finally {
      await endGroup(pid)
    }
  })

  it('removes records that it cannot read', async () => {
    mkdirSync(sandbox.path('children'))
    for (const name of ['1', 'notes', '2147483647']) writeFileSync(sandbox.path('children', name), '{')
    expect(await reapChildren(sandbox.path('children'), silentLogger)).toBe(0)
    expect(readdirSync(sandbox.path('children'))).toEqual([])
  })

  it('has nothing to do where no folder of records is', async () => {
    expect(await reapChildren(sandbox.path('none'), silentLogger)).toBe(0)
  })
})
