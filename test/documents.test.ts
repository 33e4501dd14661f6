import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, expect, it } from 'vitest'
import { codeBlocks } from '../scripts/documents.ts'
import { DingtalkRobot } from './dingtalk-robot.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'
import { makeKey, serveGitOverSsh } from './ssh-git-server.ts'

const readme = codeBlocks(fileURLToPath(new URL('../README.md', import.meta.url)))
const block = (name: string) => readme.find((each) => each.name === name)?.code ?? ''
const here = fileURLToPath(new URL('.', import.meta.url))

const sandboxes: Awaited<ReturnType<typeof createApiSandbox>>[] = []
let server: ServerProcess | undefined
const neighbours: { close(): Promise<void> }[] = []

afterEach(async () => {
  if (server) await stopServer(server)
  server = undefined
  for (const neighbour of neighbours.splice(0)) await neighbour.close()
  for (const sandbox of sandboxes.splice(0)) sandbox.remove()
})

async function makeSandbox() {
  const sandbox = await createApiSandbox()
  sandboxes.push(sandbox)
  return sandbox
}

/** A server of a sandbox, and its client; the clone is the first repository, copied to its backup by the first task. */
async function serve(flags: readonly string[] = []) {
  const sandbox = await makeSandbox()
  server = await startServer(['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root, ...flags])
  const { createClient } = await import('@gitferry/client')
  const gitferry = createClient({ baseUrl: server.url, fetch: server.fetch })
  const repo = await gitferry.repos.register({ path: sandbox.clonePath })
  await gitferry.sync.tasks.create({
    name: 'copy',
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  return { gitferry, sandbox, url: server.url }
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
    .replace('data/secret.key', join(sandbox.dataDir, 'secret.key'))
    .replace("dataDir: 'data'", `dataDir: '${sandbox.dataDir}'`)
  const printed = await run(code)
  const tip = sandbox.git(sandbox.bareBackupPath, 'rev-parse', 'refs/heads/main')
  expect(printed).toBe(`success ${tip}`)
})

it('the README’s client example runs every task of a server', async () => {
  const { url } = await serve()
  expect(await run(block('client').replace('http://127.0.0.1:38080', url))).toBe('copy success')
})

it('the README’s key opens a remote over ssh', async () => {
  const key = makeKey()
  const sshServer = await serveGitOverSsh({ hostKey: makeKey(), authorized: [key] })
  neighbours.push(sshServer)
  const { sandbox, url } = await serve(['--allow-outgoing', `127.0.0.1:${sshServer.port}`])
  const keyFile = join(sandbox.root, 'id_offsite')
  writeFileSync(keyFile, key.private, { mode: 0o600 })
  const code = block('keys')
    .replace('http://127.0.0.1:38080', url)
    .replace('/home/me/.ssh/id_offsite', keyFile)
    .replace(
      'ssh://git@git.example.com/srv/project.git',
      `ssh://git@127.0.0.1:${sshServer.port}${sandbox.originPath}`,
    )
  expect(await run(code)).toBe('true The remote answers and shows 4 branches and tags.')
  expect(new Set(sshServer.offered)).toEqual(new Set([key.fingerprint]))
})

it('the README’s webhook starts a run', async () => {
  const folder = (await makeSandbox()).root
  const secretFile = join(folder, 'webhook-secret')
  writeFileSync(secretFile, 'b7d1f0c2a4e6983512cd\n')
  const { gitferry, url } = await serve(['--webhook-secret-file', secretFile])
  const code = block('webhook')
    .replace('http://127.0.0.1:38080', url)
    .replace('/etc/gitferry/webhook-secret', secretFile)
  expect(await run(code)).toContain("message: 'Sync triggered successfully'")
  expect(await gitferry.sync.runs.wait(1)).toMatchObject({ trigger: 'webhook', status: 'success' })
})

it('the README’s channel sends to a robot that checks signatures', async () => {
  const secret = 'SEC0123456789abcdef'
  const robot = await DingtalkRobot.start({ secret })
  neighbours.push(robot)
  const { url } = await serve(['--allow-outgoing', robot.place])
  const code = block('notify')
    .replace('http://127.0.0.1:38080', url)
    .replace('https://oapi.dingtalk.com/robot/send?access_token=xxx', robot.webhook)
    .replace('SECxxx', secret)
  expect(await run(code)).toBe('true ok')
  expect(robot.messages).toHaveLength(1)
})
