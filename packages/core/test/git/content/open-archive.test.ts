import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GitStreamer } from '../../../src/git/command.ts'
import { sweepBorrowing } from '../../../src/git/content/borrowing-repository.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { type ArchiveInput, openArchive } from '../../../src/git/content/open-archive.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let dataDir: string
beforeAll(() => {
  world = new ContentWorld()
  dataDir = join(world.box.folder, 'data')
  world.fastImport([
    [
      'commit refs/heads/attributes\nmark :900\ncommitter c <c@c> 1700050000 +0000\ndata 7\npacking\nfrom refs/heads/main^0\n',
      'M 100644 inline .gitattributes\ndata <<.\nhidden export-ignore\nversion.txt export-subst\n*.txt filter=evil\n.\n',
      'M 100644 inline hidden/x\ndata 1\nx\n',
      'M 100644 inline version.txt\ndata <<.\n$Format:%H %D$ $Format:%(describe)$\n.\n\n',
    ].join(''),
  ])
})
afterAll(() => world[Symbol.dispose]())

const open = async (
  input: Partial<ArchiveInput>,
  { source, signal }: { readonly source?: ContentSource; readonly signal?: AbortSignal } = {},
) => {
  const given = { name: 'world', format: 'tar', ...input } as const
  return openArchive(source ?? (await world.open()), given, { streamer: world.box.runner, dataDir, signal })
}

const pack = async (input: Partial<ArchiveInput>, source?: ContentSource) =>
  buffer(await open(input, source && { source }))

const left = () => (existsSync(join(dataDir, 'borrowing')) ? readdirSync(join(dataDir, 'borrowing')) : [])

describe('an archive', () => {
  it.each(['main', 'feature/x', 'attributes', 'v1'])('of %s is what git archive packs', async (ref) => {
    const prefix = `world-${ref.replace('/', '-')}/`
    const commit = world.oid(ref === 'v1' ? 'v1^{commit}' : ref)
    const plain = (format: string) =>
      world.bytes('archive', `--format=${format}`, `--prefix=${prefix}`, commit)
    expect((await pack({ ref })).equals(plain('tar'))).toBe(true)
    expect((await pack({ ref, format: 'zip' })).equals(plain('zip'))).toBe(true)
    expect(gunzipSync(await pack({ ref, format: 'tar.gz' })).equals(plain('tar'))).toBe(true)
    expect(left()).toEqual([])
  })

  it('can be unpacked, without what the tree says is left out, and with what it says is put in', async () => {
    const tar = await pack({ ref: 'attributes' })
    const list = execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' }).split('\n')
    expect(list).toContain('world-attributes/plain.txt')
    expect(list.filter((name) => name.includes('hidden'))).toEqual([])
    const version = execFileSync('tar', ['-xO', 'world-attributes/version.txt'], {
      input: tar,
      encoding: 'utf8',
    })
    expect(version).toBe(`${world.oid('attributes')} attributes ${world.git('describe', 'attributes')}\n`)
    const zip = join(world.box.folder, 'a.zip')
    writeFileSync(zip, await pack({ ref: 'main', format: 'zip' }))
    expect(spawnSync('python3', ['-m', 'zipfile', '-t', zip]).status).toBe(0)
  })

  it('is of HEAD by default, under its branch, and under its oid where HEAD is detached', async () => {
    const top = async () =>
      execFileSync('tar', ['-t'], { input: await pack({}), encoding: 'utf8' }).split('\n')[0]
    expect(await top()).toBe('world-main/')
    const oid = world.oid('apart')
    world.git('update-ref', '--no-deref', 'HEAD', oid)
    expect(await top()).toBe(`world-${oid}/`)
    world.git('symbolic-ref', 'HEAD', 'refs/heads/main')
  })

  it('has a folder that every file system can hold', async () => {
    const tar = await pack({ ref: 'ü/🎉', name: '../a b"c' })
    expect(
      execFileSync('tar', ['-t', '--quoting-style=literal'], { input: tar, encoding: 'utf8' }).split('\n')[0],
    ).toBe('a-b-c-ü-/')
  })

  it('of a repository in the other object format is packed as well', async () => {
    const path = `${world.box.root}/sha256`
    world.box.run(world.box.root, 'init', '--quiet', '--object-format=sha256', path)
    world.box.commit(path, { file: 'x' })
    const tar = await pack({}, await world.open(path))
    expect(execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' })).toMatch(/\/file\n$/)
  })

  it('of a hosted repository is packed where it is', async () => {
    const tar = await pack({ ref: 'main' }, await world.open(world.path, { is_hosted: true }))
    expect(tar.equals(await pack({ ref: 'main' }))).toBe(true)
  })

  it('starts nothing that the repository configures', async () => {
    const path = `${world.box.root}/hostile.git`
    world.box.run(world.box.root, 'clone', '--quiet', '--bare', '--no-local', world.path, path)
    const { payload } = world.box
    for (const key of [
      'tar.tar.command',
      'tar.zip.command',
      'tar.tar.gz.command',
      'filter.evil.smudge',
      'filter.evil.process',
    ])
      world.box.run(path, 'config', key, payload)
    const hostile = await world.open(path)
    for (const format of ['tar', 'zip', 'tar.gz'] as const) {
      expect(
        (await pack({ ref: 'attributes', format }, hostile)).equals(
          await pack({ ref: 'attributes', format }),
        ),
      ).toBe(true)
    }
    expect(world.box.hasMarker).toBe(false)
  })

  it('of what is not there is refused before its first byte', async () => {
    await expect(open({ ref: 'gone' })).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await expect(open({ ref: 'main:dir' })).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    expect(left()).toEqual([])
  })
})

describe('whoever reads an archive', () => {
  const large = () => {
    const path = `${world.box.root}/large.git`
    if (existsSync(path)) return world.open(path)
    world.box.run(world.box.root, 'init', '--quiet', '--bare', '--initial-branch=main', path)
    const file = Buffer.alloc(24 * 1024 * 1024, 'x')
    world.fastImport(
      [
        `commit refs/heads/main\ncommitter c <c@c> 1 +0000\ndata 1\nx\nM 100644 inline f\ndata ${file.length}\n`,
        file,
        '\n\n',
      ],
      path,
    )
    return world.open(path)
  }

  it('holds git up by reading slowly: nothing piles up', async () => {
    let waiting = 0
    const streamer: GitStreamer = {
      stream: (command, ends, options) =>
        world.box.runner.stream(
          command,
          {
            ...ends,
            output: async (chunk) => {
              waiting += chunk.length
              await ends.output(chunk)
            },
          },
          options,
        ),
    }
    const input = { name: 'world', format: 'tar' } as const
    const stream = await openArchive(await large(), input, { streamer, dataDir, signal: undefined })
    let [bytes, most] = [0, 0]
    for await (const part of stream) {
      most = Math.max(most, waiting)
      bytes += part.length
      waiting -= part.length
      // whatever git could print meanwhile
      await new Promise(setImmediate)
    }
    expect(bytes).toBeGreaterThan(24 * 1024 * 1024)
    expect(most).toBeLessThan(512 * 1024)
    expect(left()).toEqual([])
  })

  it.each(['tar', 'zip', 'tar.gz'] as const)('ends git by cancelling: %s', async (format) => {
    const stream = await open({ format }, { source: await large() })
    await stream.cancel('no more')
    await expect.poll(left).toEqual([])
  })

  it('ends git by its signal, and is told so', async () => {
    const controller = new AbortController()
    const stream = await open({}, { source: await large(), signal: controller.signal })
    const reader = stream.getReader()
    await reader.read()
    controller.abort('gone')
    const rest = async () => {
      for (;;) if ((await reader.read()).done) return
    }
    await expect(rest()).rejects.toMatchObject({ code: 'ABORTED' })
    await expect.poll(left).toEqual([])
  })
})

it('what a killed gitferry left of archives goes at the next start', async () => {
  mkdirSync(join(dataDir, 'borrowing', 'use-abc'), { recursive: true })
  await sweepBorrowing(dataDir)
  expect(left()).toEqual([])
})
