import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Repo } from '@gitferry/core/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CodeArtsWorld, codeArtsWorld, type Person, plain } from './world.ts'

let world: CodeArtsWorld
let mia: Person
let repo: Repo
let empty: Repo

beforeAll(async () => {
  world = await codeArtsWorld()
  mia = await world.person('mia')
  const project = await mia.gitferry.projects.create({ name: 'team' })
  const made = await mia.gitferry.repos.create({ name: 'app', project_id: project.id })
  // whoever has only a role is not told where it lies
  repo = await world.gitferry.repos.get(made.id)
  empty = await mia.gitferry.repos.create({ name: 'empty', project_id: project.id })
  fill(world.sandbox.repository('work'))
})
afterAll(() => world.dispose())

/** Merges, renames, a submodule, a link, a file that is no text, CRLF, odd names; pushed into the repository. */
function fill(work: string): void {
  const { sandbox } = world
  const git = (...args: string[]) => sandbox.run(work, ...args)
  sandbox.commit(work, { file: 'README.md', content: '# one\n' })
  for (let number = 0; number < 120; number += 1) {
    mkdirSync(join(work, 'many'), { recursive: true })
    writeFileSync(join(work, `many/${number}.txt`), `${number}\n`)
  }
  for (const name of ['a b', 'quote"\'s', 'grün', '🚀', 'dir with space/deep/er.txt', '-dash', 'a\\b']) {
    sandbox.commit(work, { file: `odd/${name}`, content: `${name}\r\n`, message: `Add ${name}` })
  }
  git('add', 'many')
  git('commit', '-q', '-m', 'Many\n\nof them\n\n- one\n- two')
  git('checkout', '-q', '-b', 'feature/side')
  sandbox.commit(work, { file: 'odd/a b', content: 'changed at the side\n', message: 'At the side' })
  git('mv', 'many/7.txt', 'many/seven.txt')
  git('commit', '-q', '-m', 'Rename')
  git('checkout', '-q', 'main')
  sandbox.commit(work, { file: 'many/8.txt', content: 'changed on main\n', message: 'On main' })
  git('merge', '-q', '--no-ff', '-m', 'Merge the side', 'feature/side')
  writeFileSync(join(work, 'image.bin'), Buffer.from([0, 1, 2, 255, 254, 10, 0]))
  symlinkSync('README.md', join(work, 'link'))
  git('add', 'image.bin', 'link')
  git('update-index', '--add', '--cacheinfo', `160000,${sandbox.tip(work, 'HEAD')},module`)
  git('commit', '-q', '-m', 'Binary, link, submodule')
  git('branch', 'behind', 'HEAD~2')
  git('checkout', '-q', '-b', 'away', 'HEAD~1')
  sandbox.commit(work, { file: 'away.txt', message: 'Away' })
  git('tag', 'light', 'main')
  git('tag', '-a', '-m', 'annotated', 'heavy', 'main')
  git('tag', 'away')
  git('push', '-q', repo.path, '--all')
  git('push', '-q', repo.path, '--tags')
}

const git = (...args: string[]): string => world.sandbox.run(repo.path, ...args)
const lines = (text: string): string[] => text.split('\n').filter(Boolean)
const bytesOf = (object: string): Buffer =>
  execFileSync('git', ['-C', repo.path, 'cat-file', 'blob', object], { env: { PATH: process.env.PATH } })
const spaced = (seconds: string): string =>
  new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')

async function get<Result = never>(path: string): Promise<Result> {
  const { json, status } = await world.raw(`GET ${path}`, { headers: { 'X-Auth-Token': mia.token } })
  expect({ path, status, json: json.status }).toEqual({ path, status: 200, json: 'success' })
  return json.result as Result
}

const query = (values: Readonly<Record<string, string | number>>): string =>
  new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString()

/** What git says of the newest commit that `log` finds. */
function commitOf(...log: string[]) {
  const format = '%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B'
  const fields = git('log', '-1', `--format=${format}`, ...log).split('\0')
  const [id, parents = '', author_name, author_email, at = '', committer_name, committer_email, ct = ''] =
    fields
  return {
    id,
    message: fields[8]?.replace(/\n+$/, ''),
    parent_ids: parents.split(' ').filter(Boolean),
    author_name,
    author_email,
    authored_date: spaced(at),
    committed_date: spaced(ct),
    committer_name,
    committer_email,
    format: null,
  }
}

const base = () => `/v1/repositories/${plain(repo)}`

interface Entry {
  readonly file_name: string
  readonly file_path: string
  readonly blob_id: string
  readonly type: string
  readonly md5: string | null
  readonly commit: { readonly id: string }
}

it('a directory has the children of git ls-tree, each with the commit of git log -1, on every page', async () => {
  for (const branch of ['main', 'feature/side']) {
    for (const path of ['', 'many', 'odd', 'odd/dir with space']) {
      const listed: Entry[] = []
      for (let offset = 1; ; offset += 1) {
        const asked = query({ ...(path && { path }), offset, limit: 50 })
        const page = await get<{ trees: Entry[]; total: number }>(
          `${base()}/branch/${encodeURIComponent(branch)}/sub-files?${asked}`,
        )
        listed.push(...page.trees)
        if (listed.length >= page.total || page.trees.length === 0) break
      }
      const children = git('ls-tree', '-z', `${branch}:${path}`)
        .split('\0')
        .filter(Boolean)
        .map((line) => /^\d+ (\w+) (\w+)\t(.+)$/s.exec(line)!.slice(1) as [string, string, string])
      const inOrder = [
        ...children.filter(([type]) => type === 'tree'),
        ...children
          .filter(([type]) => type !== 'tree')
          .sort((a, b) => Buffer.from(a[2]).compare(Buffer.from(b[2]))),
      ]
      expect(
        listed.map(({ blob_id, file_name, file_path, type }) => [type, blob_id, file_name, file_path]),
      ).toEqual(inOrder.map(([type, oid, name]) => [type, oid, name, path ? `${path}/${name}` : name]))
      // of a large directory some: each is a git
      for (const entry of listed.filter((_, index) => listed.length < 20 || index % 40 === 7)) {
        expect(entry.commit).toEqual(commitOf(branch, '--', `:(literal)${entry.file_path}`))
        const md5 =
          entry.type === 'blob' ? createHash('md5').update(bytesOf(entry.blob_id)).digest('hex') : null
        expect(entry.md5).toBe(md5)
      }
    }
  }
})

it('a file has the bytes of git cat-file, whatever its name and its bytes', async () => {
  const files = git('ls-tree', '-r', '-z', 'main')
    .split('\0')
    .map((line) => /^(\d+) blob (\w+)\t(.+)$/s.exec(line))
    .filter((found) => found !== null && !/many\/(?!seven|8)/.test(found[3]!))
  for (const [index, [, , oid = '', path = '']] of (files as RegExpExecArray[]).entries()) {
    const bytes = bytesOf(oid)
    const asked = query({ path })
    expect(await get(`${base()}/branch/main/file?${asked}`)).toEqual({
      file_name: path.split('/').at(-1),
      file_path: path,
      size: String(bytes.length),
      encoding: 'base64',
      ref: 'main',
      blob_id: oid,
      file_type: expect.stringMatching(
        path === 'image.bin' ? /^application\/octet-stream$/ : /^text\/plain; charset=utf-8$/,
      ),
      content: bytes.toString('base64'),
    })
    const address = path.split('/').map(encodeURIComponent)
    const written = address.join(index % 2 === 0 ? '/' : '%2F')
    expect(await get(`/v2/projects/${repo.id}/repository/files/${written}?ref=heavy`)).toMatchObject({
      blob_id: oid,
      content_sha256: createHash('sha256').update(bytes).digest('hex'),
      commit_id: git('rev-parse', 'main'),
      last_commit_id: commitOf('main', '--', `:(literal)${path}`).id,
    })
  }
})

it('commits are those of git log, in its order, with its filters', async () => {
  const cases: readonly (readonly [asked: Record<string, string | number>, ...log: string[]])[] = [
    [{ ref_name: 'main', page_size: 100 }, 'main'],
    [{ ref_name: 'heavy', page_size: 100 }, 'heavy'],
    [{ ref_name: git('rev-parse', 'away'), page_size: 100 }, 'away'],
    [{ ref_name: 'main', path: 'many', page_size: 100 }, 'main', '--', 'many'],
    [{ ref_name: 'main', message: 'merge the', page_size: 100 }, '-i', '--grep=merge the', 'main'],
    [{ ref_name: 'main', author: 'nobody' }, '--author=nobody', 'main'],
    [{ ref_name: 'main', begin_date: '2023-11-15' }, '--since=2023-11-15T00:00:00Z', 'main'],
    [{ ref_name: 'main', end_date: '2023-11-14' }, '--until=2023-11-14T23:59:59Z', 'main'],
  ]
  for (const [asked, ...log] of cases) {
    const oids = lines(git('log', '--format=%H', ...log))
    const shown = oids.slice(0, Number(asked.page_size ?? 20))
    const commits = shown.map((oid) => commitOf(oid))
    const wanted = { commits, total: oids.length }
    expect(await get(`/v1/repositories/${repo.id}/commits?${query(asked)}`)).toEqual(wanted)
  }
  const ofAll = await get<{ id: string; stats: { additions: number; deletions: number } }[]>(
    `/v2/projects/${repo.id}/repository/commits?${query({ all: 'true', with_stats: 'true', per_page: 4 })}`,
  )
  expect(ofAll.map(({ id }) => id)).toEqual(lines(git('log', '-4', '--format=%H', '--all')))
  for (const { id, stats } of ofAll) {
    const numbers = lines(git('log', '-1', '-M', '--numstat', '--format=', id))
      .map((line) => line.split('\t').map(Number))
      .filter(([added]) => Number.isInteger(added))
    const sum = (column: number) => numbers.reduce((total, fields) => total + fields[column]!, 0)
    expect(stats).toEqual({ additions: sum(0), deletions: sum(1), total: sum(0) + sum(1) })
  }
  const all = lines(git('log', '--format=%H', 'main'))
  for (const page_index of [1, 2, 99]) {
    const asked = query({ ref_name: 'main', page_index, page_size: 5 })
    const page = await get<{ commits: { id: string }[]; total: number }>(
      `/v1/repositories/team/app/commits?${asked}`,
    )
    expect(page.commits.map(({ id }) => id)).toEqual(all.slice((page_index - 1) * 5, page_index * 5))
    expect(page.total).toBe(all.length)
  }
})

it('branches and tags are those of git, and how far a branch is from main', async () => {
  const { branches, total } = await get<{
    total: number
    branches: { name: string; commit: { id: string }; diverging_commit_counts: object }[]
  }>(`/v2/repositories/${repo.id}/branches`)
  const names = lines(git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads'))
  expect(total).toBe(names.length)
  expect(
    branches.map(({ commit, diverging_commit_counts, name }) => [name, commit.id, diverging_commit_counts]),
  ).toEqual(
    names.map((name) => {
      const [behind, ahead] = git('rev-list', '--left-right', '--count', `main...refs/heads/${name}`).split(
        '\t',
      )
      return [name, git('rev-parse', `refs/heads/${name}`), { ahead: Number(ahead), behind: Number(behind) }]
    }),
  )
  const tags = lines(git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/tags'))
  expect(await get(`/v2/repositories/${repo.id}/tags`)).toEqual({
    total: tags.length,
    tags: tags.map((name) => ({ name, is_double_name: names.includes(name) })),
  })
})

it('the figures are those of git, and the archive holds what git archive does', async () => {
  const figures = await get<{ archiveUrl: string }>(`${base()}/statistic-data`)
  const counted = lines(git('grep', '-I', '-c', '', 'main')).reduce(
    (sum, line) => sum + Number(line.split(':').at(-1)),
    0,
  )
  expect(figures).toMatchObject({
    repoName: 'app',
    commitCount: Number(git('rev-list', '--count', 'main')),
    codeLines: counted,
    branchCount: lines(git('for-each-ref', 'refs/heads')).length,
    lastCommitTime: spaced(
      git(
        'for-each-ref',
        '--sort=-committerdate',
        '--count=1',
        '--format=%(committerdate:unix)',
        'refs/heads',
      ),
    ),
    repoSize: expect.stringMatching(/^\d+\.\d\d MB$/),
  })
  const authors = await get<{
    statistics: { add_lines: number; delete_lines: number }[]
    all_branch_commits_count: number
  }>(`/v1/repositories/${repo.id}/statistics?branch_name=main`)
  const numbers = lines(git('log', '--format=', '--numstat', '-M', 'main'))
    .map((line) => line.split('\t'))
    .filter(([added]) => added !== '-')
  const sum = (column: number) => numbers.reduce((total, fields) => total + Number(fields[column]), 0)
  expect(authors).toMatchObject({
    statistics: [{ add_lines: sum(0), delete_lines: sum(1) }],
    all_branch_commits_count: Number(git('rev-list', '--count', '--branches')),
  })

  const { pathname, search } = new URL(figures.archiveUrl)
  const headers = { 'X-Auth-Token': mia.token }
  const tar = await world.raw(`GET ${pathname}${search.replace('format=zip', 'format=tar')}`, { headers })
  const listOf = (bytes: Buffer) =>
    execFileSync('tar', ['-t', '--quoting-style=literal'], { input: bytes, encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map((name) => name.replace(/^[^/]*\/?/, ''))
      .filter(Boolean)
  const own = execFileSync('git', ['-C', repo.path, 'archive', '--format=tar', '--prefix=x/', 'main'])
  expect(listOf(tar.bytes)).toEqual(listOf(own))
})

it('an empty repository has nothing, and no error where there is nothing to be wrong', async () => {
  expect(await get(`/v1/repositories/${plain(empty)}/statistic-data`)).toMatchObject({
    commitCount: 0,
    codeLines: 0,
    branchCount: 0,
    lastCommitTime: null,
  })
  expect(await get(`/v2/repositories/${empty.id}/tags`)).toEqual({ total: 0, tags: [] })
  expect(await get(`/v2/repositories/${empty.id}/branches`)).toEqual({ total: 0, branches: [] })
  const answer = await world.raw(`GET /v1/repositories/${plain(empty)}/branch/main/sub-files`, {
    headers: { 'X-Auth-Token': mia.token },
  })
  expect(answer).toMatchObject({ status: 404, json: { error: { code: 'CH.000404' } } })
})

it('a directory of a thousand has all of them, each with the commit that git log names, on every page', async () => {
  const { sandbox } = world
  const made = await mia.gitferry.repos.create({ name: 'large', project_id: repo.project_id })
  const large = await world.gitferry.repos.get(made.id)
  const work = sandbox.repository('large-work')
  mkdirSync(join(work, 'wide'))
  const name = (number: number) => `wide/${String(number).padStart(4, '0')}.txt`
  for (let round = 0; round < 10; round += 1) {
    for (let number = round * 100; number < (round + 1) * 100; number += 1) {
      writeFileSync(join(work, name(number)), `${number}\n`)
    }
    // and some of those before anew
    for (let number = round; number < round * 100; number += 37) {
      writeFileSync(join(work, name(number)), `${number} again in ${round}\n`)
    }
    sandbox.run(work, 'add', '.')
    sandbox.run(work, 'commit', '-q', '-m', `Round ${round}`)
  }
  sandbox.run(work, 'push', '-q', large.path, 'HEAD:refs/heads/main')

  // the newest commit that touched each, of one walk
  const newest = new Map<string, string>()
  let commit = ''
  for (const line of lines(sandbox.run(work, 'log', '--format=commit %H', '--name-status'))) {
    if (line.startsWith('commit ')) commit = line.slice('commit '.length)
    else if (!newest.has(line.split('\t')[1]!)) newest.set(line.split('\t')[1]!, commit)
  }
  expect(newest.size).toBe(1_000)
  expect(new Set(newest.values()).size).toBe(10)

  const listed: Entry[] = []
  for (let offset = 1; offset <= 11; offset += 1) {
    const asked = query({ path: 'wide', offset, limit: 100 })
    const page = await get<{ trees: Entry[]; total: number }>(
      `/v1/repositories/${plain(large)}/branch/main/sub-files?${asked}`,
    )
    expect({ offset, total: page.total, length: page.trees.length }).toEqual({
      ...{ offset, total: 1_000 },
      length: offset > 10 ? 0 : 100,
    })
    listed.push(...page.trees)
  }
  expect(listed.map(({ commit, file_path }) => [file_path, commit.id])).toEqual(
    [...newest].sort(([a], [b]) => (a < b ? -1 : 1)),
  )
})

it('a registered repository has the figures of git, also with a detached HEAD and without one', async () => {
  const { gitferry, sandbox } = world
  const path = sandbox.repository('registered')
  sandbox.commit(path, { file: 'a.txt', content: '1\n2\n3\n' })
  sandbox.commit(path, { file: 'b.txt', content: '4\n' })
  sandbox.run(path, 'branch', 'other', 'HEAD~1')
  const registered = await gitferry.repos.register({ path })
  const { token } = await gitferry.tokens.create({ name: 'ops', scope: 'admin' })
  const ask = async (rest: string) =>
    (await world.raw(`GET /v1/repositories/${rest}`, { headers: { 'X-Auth-Token': token } })).json
  const figures = () => ask(`${plain(registered)}/statistic-data`)
  const whole = { commitCount: 2, codeLines: 4, branchCount: 2 }
  expect(await figures()).toMatchObject({ status: 'success', result: { ...whole, repoName: 'registered' } })
  expect(await ask(`${registered.id}/statistics?branch_name=main`)).toMatchObject({
    result: { count: 2, all_branch_commits_count: 2, statistics: [{ add_lines: 4, delete_lines: 0 }] },
  })

  sandbox.run(path, 'checkout', '-q', '--detach', 'HEAD~1')
  // no branch is the default one then, of which commits and lines are
  const without = { commitCount: 0, codeLines: 0, branchCount: 2 }
  const detached = (await figures()).result as { archiveUrl: string; lastCommitTime: string }
  expect(detached).toMatchObject({ ...without, archiveUrl: expect.stringContaining('sha=HEAD&') })
  expect(detached.lastCommitTime).toBe(spaced(sandbox.run(path, 'log', '-1', '--format=%ct', 'main')))
  expect(await ask(`${plain(registered)}/branch/HEAD/sub-files`)).toMatchObject({ result: { total: 1 } })
  // HEAD names a branch that is not there
  sandbox.run(path, 'symbolic-ref', 'HEAD', 'refs/heads/missing')
  expect(await figures()).toMatchObject({ status: 'success', result: without })
  expect((await ask(`${plain(registered)}/branch/HEAD/sub-files`)).error).toMatchObject({ code: 'CH.000404' })
  expect(await ask(`${plain(registered)}/branch/main/sub-files`)).toMatchObject({ result: { total: 2 } })
})
