import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProtectedRef } from '../../../src/contract/index.ts'
import { PushHooks } from '../../../src/git/serving/push-hooks.ts'
import { pushRules, refusalOf, ruleLines } from '../../../src/protection/index.ts'
import { protectionCases } from '../../protection/protection-cases.ts'

const zero = '0'.repeat(40)
let root: string
let repository: string
let hooks: PushHooks
/** Two commits, the second on the first, and one beside them. */
let first: string
let second: string
let aside: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'gitferry-hooks-'))
  repository = join(root, 'repository.git')
  hooks = new PushHooks({ dataDir: join(root, 'data') })
  await hooks.prepare()
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', env: environment() }).trim()
  git('init', '-q', '--bare', repository)
  const tree = git('--git-dir', repository, 'hash-object', '-t', 'tree', '-w', '/dev/null')
  const commit = (...args: string[]) => git('--git-dir', repository, 'commit-tree', tree, ...args)
  first = commit('-m', 'first')
  second = commit('-m', 'second', '-p', first)
  aside = commit('-m', 'aside')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH ?? '',
  GIT_AUTHOR_NAME: 'ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
  ...more,
})

async function runHook(rules: string | undefined, lines: string, shell = 'sh', path?: string) {
  const folder = await hooks.open()
  if (rules !== undefined) await folder.allow(rules)
  const { status, stderr, stdout } = spawnSync(shell, [join(hooks.dir, 'pre-receive')], {
    cwd: repository,
    env: environment({ ...folder.env, GIT_DIR: '.', ...(path !== undefined && { PATH: path }) }),
    input: lines,
    encoding: 'utf8',
  })
  const told = {
    status,
    said: stdout + stderr,
    refused: await folder.wasRefused(),
    passed: await folder.hasPassed(),
  }
  await folder.remove()
  return told
}

const whats: Readonly<Record<(typeof protectionCases)[number]['what'], () => readonly [string, string]>> = {
  create: () => [zero, second],
  update: () => [first, second],
  rewrite: () => [second, aside],
  delete: () => [second, zero],
}

const shells = ['sh', 'bash'].filter((shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0)

describe('the pre-receive hook', () => {
  it.each(shells)('says the same as refusalOf, in %s', async (shell) => {
    for (const one of protectionCases) {
      const [old, oid] = whats[one.what]()
      const told = await runHook(ruleLines(pushRules(one.role, [one])), `${old} ${oid} ${one.ref}\n`, shell)
      const expected =
        one.refusal === undefined
          ? { status: 0, said: '', refused: false, passed: true }
          : { status: 1, said: `${one.refusal}\nNothing was pushed.\n`, refused: true, passed: false }
      expect(told, `${one.kind} ${one.name} ${one.ref}`).toEqual(expected)
    }
  })

  it('says the same as refusalOf of any rules and updates', async () => {
    const text = fc.array(fc.constantFrom('a', 'a', 'é', '/', '*', '*', '?', '['), { maxLength: 6 })
    const rule = fc.record({
      kind: fc.constantFrom('branch' as const, 'tag' as const),
      name: text.map((all) => all.join('')),
      push_level: fc.constantFrom(0 as const, 30 as const, 40 as const),
    })
    const update = fc.record({
      ref: fc
        .tuple(fc.constantFrom('heads', 'tags'), text)
        .map(([kind, all]) => `refs/${kind}/x${all.join('').replaceAll('*', '')}`),
      what: fc.constantFrom(...(['create', 'update', 'rewrite', 'delete'] as const)),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { maxLength: 5 }),
        fc.array(update, { maxLength: 12 }),
        async (given, all) => {
          const rules = pushRules(30, given as Pick<ProtectedRef, 'kind' | 'name' | 'push_level'>[])
          const expected = all.flatMap(({ ref, what }) => {
            const [old, oid] = whats[what]()
            const asked = { ref, old: old === zero ? null : old, new: oid === zero ? null : oid }
            return refusalOf({ ...asked, isForced: what === 'rewrite' }, rules) ?? []
          })
          const lines = all.map(({ ref, what }) => `${whats[what]().join(' ')} ${ref}\n`).join('')
          const { said, status } = await runHook(ruleLines(rules), lines)
          expect(said.split('\n').filter((line) => line !== '' && line !== 'Nothing was pushed.')).toEqual(
            expected,
          )
          expect(status).toBe(expected.length > 0 ? 1 : 0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses everything without rules, and a commit that it cannot find', async () => {
    expect(await runHook(undefined, `${zero} ${first} refs/heads/main\n`)).toMatchObject({
      status: 1,
      passed: false,
    })
    const gone = 'd'.repeat(40)
    const rules = ruleLines(pushRules(40, [{ kind: 'branch', name: 'main', push_level: 40 }]))
    expect((await runHook(rules, `${gone} ${first} refs/heads/main\n`)).said).toMatch('cannot be rewritten')
  })

  it('reads its rules once, in one process, for many refs and many rules', async () => {
    const bin = join(root, 'bin')
    const log = join(root, 'started')
    mkdirSync(bin)
    for (const name of ['awk', 'git']) {
      const real = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
      // whatever reads the rules a second time finds none
      const script = `#!/bin/sh\necho ${name} >>'${log}'\n'${real}' "$@" || exit\nrm -f "$GITFERRY_PUSH/rules"\n`
      writeFileSync(join(bin, name), script, { mode: 0o700 })
    }
    const rules = Array.from({ length: 100 }, (_, index) => ({
      kind: 'branch' as const,
      name: `release/*/${index}/*`,
      push_level: 40 as const,
    }))
    const lines = Array.from(
      { length: 2_000 },
      (_, index) => `${zero} ${first} refs/heads/release/x/${index < 1_999 ? 'free' : 99}/${index}\n`,
    ).join('')
    const told = await runHook(ruleLines(pushRules(30, rules)), lines, 'sh', `${bin}:${process.env.PATH}`)
    expect(told.said).toBe(
      'release/x/99/1999 is protected: only admins may push to it, and you are a developer here.\nNothing was pushed.\n',
    )
    expect(readFileSync(log, 'utf8')).toBe('awk\n')
  })

  it('refuses everything where names cannot be weighed', async () => {
    const bin = join(root, 'none')
    mkdirSync(bin)
    symlinkSync('/bin/sh', join(bin, 'sh'))
    expect(await runHook('', `${zero} ${first} refs/heads/free\n`, '/bin/sh', bin)).toMatchObject({
      status: 1,
      passed: false,
    })
  })

  it('names twenty refs of a push of many', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `${zero} ${first} refs/remotes/${index}\n`).join(
      '',
    )
    const { said } = await runHook('', lines)
    expect(said.match(/cannot be pushed/g)).toHaveLength(20)
    expect(said).toMatch('... and 10 more.\nNothing was pushed.\n')
  })
})

describe('PushHooks', () => {
  it('keeps its folders and scripts from everybody else, and removes what pushes have left', async () => {
    const folder = await hooks.open()
    expect(readdirSync(join(root, 'data', 'pushes'))).toHaveLength(1)
    for (const path of [
      hooks.dir,
      join(hooks.dir, 'pre-receive'),
      join(root, 'data', 'pushes'),
      folder.env.GITFERRY_PUSH!,
    ]) {
      expect(statSync(path).mode & 0o777, path).toBe(0o700)
    }
    writeFileSync(join(hooks.dir, 'pre-receive'), 'exit 0')
    await hooks.prepare()
    expect(readdirSync(join(root, 'data', 'pushes'))).toEqual([])
    expect(await runHook(undefined, '')).toMatchObject({ status: 1 })
  })

  it('lets nobody push where git would leave the hooks out', async () => {
    chmodSync(join(hooks.dir, 'pre-receive'), 0o600)
    await expect(hooks.open()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await hooks.prepare()
    await (await hooks.open()).remove()
  })

  it('tells which refs were moved, as post-receive was told', async () => {
    const folder = await hooks.open()
    expect(await folder.moved()).toEqual([])
    spawnSync(join(hooks.dir, 'post-receive'), {
      env: environment(folder.env),
      input: `${zero} ${first} refs/heads/a\n${first} ${zero} refs/tags/é\n`,
    })
    expect(await folder.moved()).toEqual([
      { ref: 'refs/heads/a', old: null, new: first },
      { ref: 'refs/tags/é', old: first, new: null },
    ])
    await folder.remove()
  })
})
