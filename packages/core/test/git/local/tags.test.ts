import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemWithRefName } from '../../../src/contract/ref.ts'
import { LocalTags } from '../../../src/git/local/local-tags.ts'
import { tagObjectText } from '../../../src/git/local/tag-object.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

const refused = (code: string, words: string | RegExp = '') =>
  expect.objectContaining({ code, message: expect.stringMatching(words) })

const open = async (path: string): Promise<LocalTags> =>
  new LocalTags({ repo: await box.inspect(path), runner: box.runner, repoRoots: [box.root] })

const at = Date.UTC(2026, 0, 2, 3, 4, 5)
const annotation = (message: string, tagger = 'gitferry') => ({ message, tagger, at })
const tag = (name: string, ref: string | null = null) => ({ name, ref, annotation: null })

/** Puts an object into a repository by plain git. */
const write = (path: string, type: string, input: string): string =>
  execFileSync('git', ['hash-object', '-w', '-t', type, '--stdin'], {
    cwd: path,
    input,
    encoding: 'utf8',
  }).trim()

describe('a lightweight tag', () => {
  it('is made at HEAD', async () => {
    const path = box.repository()
    const oid = box.oid(path, 'HEAD')
    const answer = {
      name: 'v1/ü',
      oid,
      target_oid: oid,
      is_annotated: false,
      message: null,
      tagged_at: null,
    }
    expect(await (await open(path)).create(tag('v1/ü'))).toEqual(answer)
    expect(box.run(path, 'for-each-ref', '--format=%(objectname) %(objecttype)', 'refs/tags/v1/ü')).toBe(
      `${oid} commit`,
    )
    expect(await (await open(path)).get('v1/ü')).toEqual(answer)
  })

  it('is made at a branch, a remote branch, a tag or an object', async () => {
    const path = box.clone()
    const develop = box.oid(path, 'refs/remotes/origin/develop')
    const tree = box.oid(path, 'HEAD^{tree}')
    box.run(path, 'branch', 'local', 'origin/develop')
    box.run(path, 'tag', '-a', '-m', 'm', 'old', 'origin/develop')
    const tags = await open(path)
    for (const [name, ref] of [
      ['a', 'local'],
      ['b', 'origin/develop'],
      ['c', develop],
    ] as const) {
      expect(await tags.create(tag(name, ref))).toMatchObject({ oid: develop })
    }
    expect(await tags.create(tag('d', 'old'))).toMatchObject({
      oid: box.oid(path, 'refs/tags/old'),
      target_oid: develop,
      is_annotated: true,
    })
    expect(await tags.create(tag('e', tree))).toMatchObject({ oid: tree, target_oid: tree })
  })

  it('is made at a detached HEAD, and in a bare repository', async () => {
    const path = box.repository()
    box.run(path, 'checkout', '--quiet', '--detach')
    expect(await (await open(path)).create(tag('x'))).toMatchObject({ oid: box.oid(path, 'HEAD') })
    const bare = box.bareRepository()
    expect(await (await open(bare)).create(tag('x'))).toMatchObject({ oid: box.oid(bare, 'HEAD') })
  })
})

describe('an annotated tag', () => {
  it('says who made it when, and its message', async () => {
    const path = box.repository()
    const target_oid = box.oid(path, 'HEAD')
    const given = {
      name: 'v1',
      ref: 'main',
      annotation: annotation('\r\nOne\r\n\r\ntwo — ü  \n\n', 'Ana <x>'),
    }
    const made = await (await open(path)).create(given)
    expect(made).toEqual({
      name: 'v1',
      oid: box.oid(path, 'refs/tags/v1'),
      target_oid,
      is_annotated: true,
      message: 'One\n\ntwo — ü',
      tagged_at: '2026-01-02T03:04:05.000Z',
    })
    expect(box.run(path, 'cat-file', 'tag', 'v1')).toBe(
      `object ${target_oid}\ntype commit\ntag v1\ntagger Ana x <gitferry@localhost> ${at / 1000} +0000\n\nOne\n\ntwo — ü`,
    )
    box.run(path, 'fsck', '--strict')
  })

  it.each(['sha1', 'sha256'])(
    'of another annotated tag leads to the commit in the end, in %s',
    async (format) => {
      const path = box.repository('repo', `--object-format=${format}`)
      const tags = await open(path)
      await tags.create({ name: 'a', ref: null, annotation: annotation('a') })
      await tags.create({ name: 'b', ref: 'a', annotation: annotation('b') })
      const made = await tags.create({ name: 'c', ref: 'b', annotation: annotation('c') })
      expect(made).toMatchObject({
        oid: box.oid(path, 'refs/tags/c'),
        target_oid: box.oid(path, 'HEAD'),
        message: 'c',
      })
      expect((await tags.describe(['a', 'b', 'c'])).map(({ target_oid }) => target_oid)).toEqual(
        Array(3).fill(box.oid(path, 'HEAD')),
      )
      expect(box.run(path, 'cat-file', '-p', 'c')).toContain('type tag')
    },
  )

  it('of any name, tagger and message that the rules let through is one that git finds whole', async () => {
    const path = box.repository()
    const oid = box.oid(path, 'HEAD')
    const text = fc.string({ unit: fc.constantFrom(...'a<>\n\r\t .,:;"\\ü '), maxLength: 12 })
    const objects: string[] = []
    fc.assert(
      fc.property(text, text, text, (name, tagger, message) => {
        fc.pre(problemWithRefName(name) === undefined)
        objects.push(tagObjectText({ oid, type: 'commit', name, tagger, at, message }))
      }),
      { numRuns: 2_000 },
    )
    // git mktag is as strict as fsck
    for (const object of objects.slice(0, 40)) {
      execFileSync('git', ['mktag'], { cwd: path, input: object, stdio: ['pipe', 'pipe', 'pipe'] })
    }
    for (const object of objects)
      expect(object).toMatch(
        /^object .*\ntype commit\ntag [^\n]+\ntagger [^<>\n]+ <gitferry@localhost> \d+ \+0000\n\n/,
      )
  })

  it('does not read what the repository’s config says of fsck', async () => {
    const path = box.repository()
    const pipe = join(box.folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    box.run(path, 'config', 'fsck.skipList', pipe)
    const made = (await open(path)).create(
      { name: 'v1', ref: null, annotation: annotation('m') },
      { signal: AbortSignal.timeout(10_000) },
    )
    await expect(made).resolves.toMatchObject({ name: 'v1' })
  })
})

describe('TAG_EXISTS', () => {
  it.each(['loose', 'packed'])('for a name that is taken, or leaves no room, %s', async (kind) => {
    const path = box.repository()
    box.run(path, 'tag', 'v1')
    box.run(path, 'tag', 'team/x')
    if (kind === 'packed') box.run(path, 'pack-refs', '--all')
    const tags = await open(path)
    for (const [name, words] of [
      ['v1', 'exists already'],
      ['v1/x', 'beside the tag "v1"'],
      ['team', 'beside the tag "team/x"'],
      ['team/x/y', 'beside the tag "team/x"'],
    ] as const) {
      await expect(tags.create(tag(name))).rejects.toEqual(refused('TAG_EXISTS', words))
      await expect(tags.create({ ...tag(name), annotation: annotation('m') })).rejects.toEqual(
        refused('TAG_EXISTS'),
      )
    }
    expect((await tags.names()).sort()).toEqual(['team/x', 'v1'])
  })

  it('for one of two at the same time', async () => {
    const path = box.repository()
    const tags = await open(path)
    const both = await Promise.allSettled([tags.create(tag('x')), tags.create(tag('x'))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'TAG_EXISTS' } })
  })

  it('not for a branch of that name', async () => {
    const path = box.repository()
    await expect((await open(path)).create(tag('main'))).resolves.toMatchObject({ name: 'main' })
  })
})

describe('BRANCH_NOT_FOUND', () => {
  it('for what is to be tagged and is not there', async () => {
    const path = box.repository()
    const oid = box.oid(path, 'HEAD')
    const tags = await open(path)
    for (const ref of ['nothing', '1'.repeat(40), `${oid}${'0'.repeat(24)}`]) {
      const error = await tags.create(tag('x', ref)).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'BRANCH_NOT_FOUND', details: { field: 'ref' } })
    }
    expect(await tags.names()).toEqual([])
  })

  it('for an object name that is cut short, though one begins so', async () => {
    const path = box.repository('repo', '--object-format=sha256')
    const ref = box.oid(path, 'HEAD').slice(0, 40)
    await expect((await open(path)).create(tag('x', ref))).rejects.toEqual(refused('BRANCH_NOT_FOUND'))
  })

  it('for a HEAD without a commit', async () => {
    box.run(box.root, 'init', '--quiet', '--initial-branch=main', 'empty')
    await expect((await open(join(box.root, 'empty'))).create(tag('x'))).rejects.toEqual(
      refused('BRANCH_NOT_FOUND', 'no commit yet'),
    )
  })
})

describe('a list of tags', () => {
  it('has them by name: loose and packed, annotated and not, of commits, trees, blobs and tags', async () => {
    const path = box.repository()
    const commit = box.oid(path, 'HEAD')
    const tree = box.oid(path, 'HEAD^{tree}')
    const blob = write(path, 'blob', 'text')
    box.run(path, 'tag', '-a', '-m', 'packed away', 'packed')
    box.run(path, 'pack-refs', '--all')
    box.run(path, 'update-ref', 'refs/tags/tree', tree)
    box.run(path, 'tag', '-a', '-m', 'a tree', 'of-tree', tree)
    box.run(path, 'update-ref', 'refs/tags/blob', blob)
    box.run(path, 'tag', '-a', '-m', 'nested', 'nested', 'packed')
    box.run(path, 'update-ref', 'refs/tags/-odd', commit)
    const tags = await open(path)
    const names = await tags.names()
    expect(names).toEqual(['-odd', 'blob', 'nested', 'of-tree', 'packed', 'tree'])
    const shown = (await tags.describe(names)).map((found) => [found.name, found.target_oid, found.message])
    expect(shown).toEqual([
      ['-odd', commit, null],
      ['blob', blob, null],
      ['nested', commit, 'nested'],
      ['of-tree', tree, 'a tree'],
      ['packed', commit, 'packed away'],
      ['tree', tree, null],
    ])
  })

  it('leaves out what went in between, and finds no other in its place', async () => {
    const path = box.repository()
    box.run(path, 'tag', 'a/b')
    const tags = await open(path)
    expect((await tags.describe(['a', 'a/b', 'x'])).map(({ name }) => name)).toEqual(['a/b'])
    expect(await tags.describe(['a', 'x'])).toEqual([])
  })

  it('shows a tag without tagger, and one of an impossible time, without a time', async () => {
    const path = box.repository()
    const oid = box.oid(path, 'HEAD')
    const old = write(path, 'tag', `object ${oid}\ntype commit\ntag old\n\nold\n`)
    const far = write(
      path,
      'tag',
      `object ${oid}\ntype commit\ntag far\ntagger a <a@b> 999999999999999 +0000\n\nfar\n`,
    )
    box.run(path, 'update-ref', 'refs/tags/old', old)
    box.run(path, 'update-ref', 'refs/tags/far', far)
    const tags = await (await open(path)).describe(['far', 'old'])
    expect(tags).toMatchObject([
      { name: 'far', tagged_at: null, message: 'far' },
      { name: 'old', tagged_at: null, message: 'old' },
    ])
  })

  it('shows the beginning of a message that is very long', async () => {
    const path = box.repository()
    const oid = box.oid(path, 'HEAD')
    const long = write(
      path,
      'tag',
      `object ${oid}\ntype commit\ntag x\ntagger a <a@b> 1 +0000\n\n${'m'.repeat(9_000_000)}\n`,
    )
    box.run(path, 'update-ref', 'refs/tags/long', long)
    expect((await (await open(path)).get('long')).message).toBe('m'.repeat(65_536))
  })

  it('is empty where there are none', async () => {
    const tags = await open(box.repository())
    expect(await tags.names()).toEqual([])
    expect(await tags.describe([])).toEqual([])
    await expect(tags.get('x')).rejects.toEqual(refused('TAG_NOT_FOUND'))
  })
})

describe('a tag that is deleted', () => {
  it('is gone, loose or packed, and its objects stay', async () => {
    const path = box.repository()
    box.run(path, 'tag', '-a', '-m', 'm', 'packed/ö')
    const oid = box.oid(path, 'refs/tags/packed/ö')
    box.run(path, 'pack-refs', '--all')
    box.run(path, 'tag', 'loose')
    const tags = await open(path)
    expect(await tags.delete('loose')).toEqual({ name: 'loose', deleted: true })
    expect(await tags.delete('packed/ö')).toEqual({ name: 'packed/ö', deleted: true })
    expect(await tags.names()).toEqual([])
    expect(box.run(path, 'cat-file', '-t', oid)).toBe('tag')
    await expect(tags.delete('loose')).rejects.toEqual(refused('TAG_NOT_FOUND'))
  })

  it('leaves what a symbolic one points at', async () => {
    const path = box.repository()
    box.run(path, 'symbolic-ref', 'refs/tags/alias', 'refs/heads/main')
    await (await open(path)).delete('alias')
    expect(box.run(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('leaves a branch of the same name', async () => {
    const path = box.repository()
    box.run(path, 'tag', 'main')
    await (await open(path)).delete('main')
    expect(box.run(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })
})

describe('what a repository configures', () => {
  it('is not run when a tag is made or deleted', async () => {
    const path = box.repository()
    for (const name of ['reference-transaction', 'post-update', 'update']) {
      box.write(join(path, '.git/hooks', name), `#!/bin/sh\n${box.payload}\n`, 0o755)
    }
    box.run(path, 'config', 'tag.gpgSign', 'true')
    box.run(
      path,
      'config',
      'gpg.program',
      box.write(join(box.folder, 'gpg'), `#!/bin/sh\n${box.payload}\n`, 0o755),
    )
    const tags = await open(path)
    await tags.create({ name: 'x', ref: null, annotation: annotation('m') })
    await tags.delete('x')
    expect(box.hasMarker).toBe(false)
  })

  it.each(['refs/tags/team', 'logs/refs/tags/team'])(
    'does not lead a write out of it: a link at %s',
    async (name) => {
      const path = box.repository()
      mkdirSync(join(path, '.git', name, '..'), { recursive: true })
      symlinkSync(box.outside, join(path, '.git', name))
      box.run(path, 'config', 'core.logAllRefUpdates', 'always')
      await expect((await open(path)).create(tag('team/x'))).rejects.toEqual(
        refused('NOT_A_REPOSITORY', 'link'),
      )
      expect(existsSync(join(box.outside, 'x'))).toBe(false)
    },
  )

  it('does not lead a write out of it: logs of tags elsewhere', async () => {
    const path = box.repository()
    const tags = await open(path)
    mkdirSync(join(path, '.git/logs/refs'), { recursive: true })
    symlinkSync(box.outside, join(path, '.git/logs/refs/tags'))
    box.run(path, 'config', 'core.logAllRefUpdates', 'always')
    await expect(tags.create(tag('x'))).rejects.toEqual(refused('NOT_A_REPOSITORY', 'link'))
    expect(existsSync(join(box.outside, 'x'))).toBe(false)
  })

  it('keeps the log of tags where the user wants one', async () => {
    const path = box.repository()
    box.run(path, 'config', 'core.logAllRefUpdates', 'always')
    await (await open(path)).create(tag('x'))
    expect(readFileSync(join(path, '.git/logs/refs/tags/x'), 'utf8')).toContain('(HEAD)')
  })
})

it('a call that is given up before it writes leaves nothing', async () => {
  const path = box.repository()
  const tags = await open(path)
  await expect(tags.create(tag('x'), { signal: AbortSignal.abort() })).rejects.toEqual(refused('ABORTED'))
  expect(await tags.names()).toEqual([])
})
