import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, expect, it } from 'vitest'
import { codeBlocks } from '../scripts/documents.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

const readme = codeBlocks(fileURLToPath(new URL('../README.md', import.meta.url)))
const block = (name: string) => readme.find((each) => each.name === name)?.code ?? ''
const here = fileURLToPath(new URL('.', import.meta.url))

const sandboxes: Awaited<ReturnType<typeof createApiSandbox>>[] = []
let server: ServerProcess | undefined

afterEach(async () => {
  if (server) await stopServer(server)
  server = undefined
  for (const sandbox of sandboxes.splice(0)) sandbox.remove()
})

async function makeSandbox() {
  const sandbox = await createApiSandbox()
  sandboxes.push(sandbox)
  return sandbox
}

/** Runs a block of the README as it stands, but for its addresses; answers what it prints. */
async function run(code: string): Promise<string> {
  const file = join(here, `readme-${process.pid}.block.ts`)
  const { rm } = await import('node:fs/promises')
  writeFileSync(file, code)
  try {
    const child = spawn(process.execPath, ['--conditions=@gitferry/source', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    return printed.trim()
  } finally {
    await rm(file)
  }
}

it('the README’s embedding example keeps two remotes in step', async () => {
  const sandbox = await makeSandbox()
  const code = block('embed')
    .replace('/srv/git/project', sandbox.clonePath)
    .replace('data/gitferry.db', join(sandbox.dataDir, 'gitferry.db'))
    .replace("dataDir: 'data'", `dataDir: '${sandbox.dataDir}'`)
  const printed = await run(code)
  const tip = sandbox.git(sandbox.bareBackupPath, 'rev-parse', 'refs/heads/main')
  expect(printed).toBe(`success ${tip}`)
})

it('the README’s client example runs every task of a server', async () => {
  const sandbox = await makeSandbox()
  server = await startServer(['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root])
  const { createClient } = await import('@gitferry/client')
  const gitferry = createClient({ baseUrl: server.url })
  const repo = await gitferry.repos.register({ path: sandbox.clonePath })
  await gitferry.sync.tasks.create({
    name: 'copy',
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  expect(await run(block('client').replace('http://127.0.0.1:38080', server.url))).toBe('copy success')
})
