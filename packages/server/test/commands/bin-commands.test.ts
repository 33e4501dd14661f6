import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CommandWorld } from './command-world.ts'

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))

let folder: string
const running = new Set<ReturnType<typeof spawn>>()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-bin-commands-'))
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function start(...argv: string[]) {
  const args = ['--conditions=@gitferry/source', bin, ...argv, '--data-dir', 'data']
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  })
  running.add(child)
  const said = { stdout: '', stderr: '' }
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString()
      const [, url] = /listening on (\S+)\n/.exec(said.stdout) ?? []
      if (url !== undefined) resolve(url)
    })
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  return { child, said, listening, ended }
}

it('commands work beside a server: a token is printed alone and opens it at once; keys are not rotated under it', async () => {
  const server = start('serve', '--port', '0')
  const url = await Promise.race([server.listening, server.ended.then(() => '')])
  expect(url, server.said.stderr).not.toBe('')
  const repos = (headers?: Record<string, string>) => fetch(`${url}/api/v1/repos`, { headers: headers ?? {} })
  expect((await repos()).status).toBe(200)

  const create = start('token', 'create', '--name', 'ci', '--scope', 'read', '--expires', '90d')
  expect(await create.ended, create.said.stderr).toBe(0)
  expect(create.said.stdout).toMatch(/^gitferry_[a-z0-9]{12}_[\w-]{43}\n$/)
  expect(create.said.stderr).toMatch(/^Made token 1 of the user ci: scope read, expires .*\n$/)
  const token = create.said.stdout.trim()
  expect((await repos({ Authorization: `Bearer ${token}` })).status).toBe(200)
  expect((await repos()).status).toBe(401)

  const database = new DatabaseSync(join(folder, 'data', 'gitferry.db'))
  const [newest] = database.prepare('SELECT * FROM migrations ORDER BY name DESC LIMIT 1').all()
  // as an older server leaves it
  database.prepare('DELETE FROM migrations WHERE name = ?').run(String(newest?.name))
  const list = start('token', 'list')
  expect(await list.ended).toBe(1)
  expect(list.said.stderr).toContain('Start the server of this version once')
  database
    .prepare('INSERT INTO migrations VALUES (?, ?)')
    .run(String(newest?.name), String(newest?.applied_at))
  database.close()

  const rotate = new CommandWorld(folder).run(['keys', 'rotate'])
  await expect(rotate).rejects.toThrow(/^Secret keys cannot be rotated while gitferry runs\. .*Stop that one/)
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  expect(server.said.stderr).not.toContain(token)
  expect(readFileSync(join(folder, 'data', 'gitferry.db')).includes(token.slice(-43))).toBe(false)
})
