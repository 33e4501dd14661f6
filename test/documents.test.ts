import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, expect, it } from 'vitest'
import {
  codeBlocks,
  missingFiles,
  problemsWithThreats,
  problemWithTestLink,
  testLinks,
  threatIds,
} from '../scripts/documents.ts'
import { DingtalkRobot } from './dingtalk-robot.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'
import { makeKey, serveGitOverSsh } from './ssh-git-server.ts'

const blocks = ['README.md', 'docs/sync.md'].flatMap((file) =>
  codeBlocks(fileURLToPath(new URL(`../${file}`, import.meta.url))),
)
const block = (name: string) => {
  const found = blocks.filter((each) => each.name === name)
  if (found.length !== 1) throw new Error(`${found.length} blocks are called ${name}`)
  return found[0]!.code
}
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

/** Runs a block of a document as it stands, but for its addresses; answers what it prints. */
async function run(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = join(here, `document-${process.pid}.block.ts`)
  const { rm } = await import('node:fs/promises')
  writeFileSync(file, code)
  try {
    const child = spawn(process.execPath, ['--conditions=@gitferry/source', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
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

it('the README’s token shows its own repository and no other', async () => {
  const { gitferry, sandbox, url } = await serve()
  await gitferry.repos.register({ name: 'another', path: sandbox.secondBarePath })
  const { token } = await gitferry.tokens.create({ name: 'operator', scope: 'admin' })
  const code = block('tokens').replaceAll('http://127.0.0.1:38080', url)
  expect(await run(code, { GITFERRY_TOKEN: token })).toBe('clone')
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

/** A block that talks to the server at `url`. */
const at = (url: string, name: string) => block(name).replace('http://127.0.0.1:38080', url)

it('the README’s mirror applies the plan that it shows', async () => {
  const { sandbox, url } = await serve()
  const printed = (await run(at(url, 'copy'))).split('\n')
  expect(printed).toHaveLength(5)
  expect(printed[0]).toBe('create refs/heads/develop the target has no such branch')
  expect(printed[4]).toBe('success 4 of 4 refs changed')
  const refs = (path: string) => sandbox.git(path, 'for-each-ref')
  expect(refs(sandbox.bareBackupPath)).toBe(refs(sandbox.originPath))
})

it('the mirror of docs/sync.md carries what it names, under the names that it says', async () => {
  const { sandbox, url } = await serve()
  sandbox.commit(sandbox.originPath, 'feature/secret-plan', 'nobody may know\n')
  const printed = await run(at(url, 'mirror'))
  expect(printed.split(/ *\n/)).toEqual([
    'refs/heads/main updated',
    'refs/heads/upstream/login updated',
    'refs/tags/v1 updated',
  ])
  const refs = sandbox.git(sandbox.bareBackupPath, 'for-each-ref', '--format=%(refname)')
  expect(refs.split('\n')).toEqual(['refs/heads/main', 'refs/heads/upstream/login', 'refs/tags/v1'])
})

it('docs/sync.md applies what waits for approval, and puts back what that overwrote', async () => {
  const { gitferry, sandbox, url } = await serve()
  await gitferry.sync.tasks.run(1, { wait: true })
  const theirs = sandbox.commit(sandbox.bareBackupPath, 'main', 'only in backup\n')
  const ours = sandbox.commit(sandbox.originPath, 'main', 'only in origin\n')
  await gitferry.sync.tasks.update(1, { on_diverge: 'overwrite', require_approval: true })
  await gitferry.sync.tasks.run(1, { wait: true })
  const tip = () => sandbox.oidOf(sandbox.bareBackupPath, 'main')
  expect(tip()).toBe(theirs)
  expect((await run(at(url, 'apply'))).split('\n')).toEqual([
    expect.stringMatching(/^\d+ APPROVAL_REQUIRED$/),
    expect.stringMatching(/^force refs\/heads\/main overwrites: /),
    'success',
  ])
  expect(tip()).toBe(ours)
  expect(await run(at(url, 'restore'))).toBe(`refs/heads/main ${theirs} success`)
  expect(tip()).toBe(theirs)
})

it('the clone of docs/sync.md is one that gitferry hosts', async () => {
  const { gitferry, sandbox, url } = await serve()
  const code = at(url, 'clone').replace('https://github.com/git/git.git', sandbox.originPath)
  expect(await run(code)).toBe('hosted { is_bare: true, is_hosted: true }')
  // the task of the next example keeps it fresh: a commit, a branch that goes, and HEAD
  const { originPath } = sandbox
  sandbox.commit(originPath, 'main', 'moved on\n')
  sandbox.git(originPath, 'branch', '-D', 'feature/login')
  sandbox.git(originPath, 'symbolic-ref', 'HEAD', 'refs/heads/develop')
  expect(await run(at(url, 'refresh'))).toBe('hosted success')
  const { path } = (await gitferry.repos.list()).items.find(({ is_hosted }) => is_hosted)!
  const refs = (repo: string) =>
    sandbox.git(repo, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags')
  expect(refs(path)).toBe(refs(originPath))
  expect(sandbox.git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/develop')
})

it('docs/asks.md answers each of the 25 asks, with tests that are there or with words', () => {
  const text = readFileSync(fileURLToPath(new URL('../docs/asks.md', import.meta.url)), 'utf8')
  const rows = text.split('\n').filter((line) => /^\| \d+ \|/.test(line))
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
  for (const row of rows) {
    const answer = row.split('|')[3]?.trim()
    expect([row, answer]).toEqual([row, expect.stringMatching(/^\*\*(yes|partly|not answered)\*\*$/)])
    expect([row, /\bnot answered\b/i.test(row)]).toEqual([row, answer !== '**yes**'])
    if (answer !== '**not answered**') expect([row, testLinks('docs/asks.md', row)]).not.toEqual([row, []])
  }
  const links = testLinks('docs/asks.md', text)
  expect(links.length).toBeGreaterThan(40)
  expect(links.flatMap((link) => problemWithTestLink(link) ?? [])).toEqual([])
})

it('a link to a test that is not there, or is called otherwise, is a problem', () => {
  const there = '[that finds the target moved meanwhile is planned anew, and overwrites nothing]'
  const found = testLinks(
    'docs/x.md',
    `${there}(../test/resilience.test.ts) [gone](../test/resilience.test.ts) [x](../test/gone.test.ts) [x](x.md)`,
  )
  expect(found.map(problemWithTestLink)).toEqual([
    undefined,
    'docs/x.md: test/resilience.test.ts has no test "gone"',
    'docs/x.md: there is no test/gone.test.ts',
  ])
})

it('a source file that a document names and that is not there is a problem', () => {
  expect(missingFiles('`git/store.ts`, `core/src/gitferry.ts`, `git/gone.ts` and `data/x`')).toEqual([
    'git/gone.ts',
  ])
})

it('docs/threats.md has every threat once, with tests that are there, or says that there is nothing to attack', () => {
  const text = readFileSync(fileURLToPath(new URL('../docs/threats.md', import.meta.url)), 'utf8')
  expect(problemsWithThreats('docs/threats.md', text)).toEqual([])
  expect(missingFiles(text)).toEqual([])
  const links = testLinks('docs/threats.md', text)
  expect(links.length).toBeGreaterThan(threatIds.length)
  expect(links.flatMap((link) => problemWithTestLink(link) ?? [])).toEqual([])
})

it('a threat that is missing, there twice, unknown or without a test is a problem', () => {
  const link =
    '[that finds the target moved meanwhile is planned anew, and overwrites nothing](../test/resilience.test.ts)'
  const rows = threatIds.map((id) => `| ${id} | threat | defence | ${link} |`)
  expect(problemsWithThreats('docs/x.md', rows.join('\n'))).toEqual([])
  const wrong = [
    ...rows.slice(2),
    rows[5],
    `| Z01 | threat | defence | ${link} |`,
    '| A02 | threat | defence | [a document](x.md) |',
  ]
  expect(problemsWithThreats('docs/x.md', wrong.join('\n'))).toEqual([
    'docs/x.md: A01 is missing',
    'docs/x.md: A06 is there twice',
    'docs/x.md: Z01 is not on the list',
    'docs/x.md: A02 has no test',
  ])
})
