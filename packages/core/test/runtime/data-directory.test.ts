import * as realFs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processStat } from '../../src/git/process-group.ts'
import { type DataDirectoryFileSystem, openDataDirectory } from '../../src/runtime/data-directory.ts'

const path = '/srv/gitferry'
const lock = '/srv/gitferry/gitferry.lock'

/** A machine with an empty disk, on which processes live that were started at the given times. */
function makeMachine(processes: Record<number, string>) {
  const volume = createFsFromVolume(new Volume())
  const fs = volume.promises as unknown as DataDirectoryFileSystem
  const open = (pid: number, given: Partial<DataDirectoryFileSystem> = {}) =>
    openDataDirectory(path, { fs: { ...bound(fs), ...given }, pid, startTimeOf: (other) => processes[other] })
  const mode = (file: string) => (volume.statSync(file).mode as number) & 0o777
  return { volume, open, mode, processes }
}

/** memfs keeps its methods on a prototype, which a spread would lose. */
const bound = (fs: DataDirectoryFileSystem): DataDirectoryFileSystem => ({
  mkdir: (folder, options) => fs.mkdir(folder, options),
  writeFile: (file, data, options) => fs.writeFile(file, data, options),
  readFile: (file, encoding) => fs.readFile(file, encoding),
  unlink: (file) => fs.unlink(file),
})

describe('the data directory', () => {
  it('is laid out in folders that only the owner can enter', async () => {
    const { open, mode } = makeMachine({ 10: '500' })
    const directory = await open(10)
    expect(directory).toMatchObject({
      path,
      stores: '/srv/gitferry/stores',
      children: '/srv/gitferry/children',
      home: '/srv/gitferry/home',
    })
    for (const folder of [directory.path, directory.stores, directory.children, directory.home]) {
      expect(mode(folder).toString(8), folder).toBe('700')
    }
    expect(mode(lock).toString(8)).toBe('600')
  })

  it('keeps what lies in it', async () => {
    const { open, volume } = makeMachine({ 10: '500' })
    volume.mkdirSync('/srv/gitferry/stores/1.git', { recursive: true })
    await (await open(10)).release()
    expect(volume.readdirSync('/srv/gitferry/stores')).toEqual(['1.git'])
  })

  it('names the process that holds it, and when that was started', async () => {
    const { open, volume } = makeMachine({ 10: '500' })
    await open(10)
    expect(volume.readFileSync(lock, 'utf8')).toBe('10 500\n')
  })

  it('is refused to another process while its holder lives, with what to do about it', async () => {
    const { open, volume } = makeMachine({ 10: '500', 11: '501' })
    await open(10)
    const refusal = open(11)
    await expect(refusal).rejects.toMatchObject({ code: 'CLOSED', details: { pid: 10 } })
    await expect(refusal).rejects.toThrow(`process id 10 (${lock}). Stop that one, or give this one`)
    expect(volume.readFileSync(lock, 'utf8')).toBe('10 500\n')
  })

  it('is refused to a second gitferry of the same process', async () => {
    const { open } = makeMachine({ 10: '500' })
    await open(10)
    await expect(open(10)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it.each<[string, string, Record<number, string>]>([
    ['whose process is gone', '10 500\n', { 11: '501' }],
    ['whose pid another process has now', '10 500\n', { 10: '700', 11: '501' }],
    ['whose pid this process has now', '11 400\n', { 11: '501' }],
    ['that says nothing', '', { 11: '501' }],
    ['that names no process', 'hello\n', { 11: '501' }],
    ['written where the start of a process is not known', '10 \n', { 10: '', 11: '501' }],
    ['that was cut short', '10', { 10: '500', 11: '501' }],
  ])('is taken over with a lock %s', async (_, content, processes) => {
    const { open, volume } = makeMachine(processes)
    volume.mkdirSync(path, { recursive: true })
    volume.writeFileSync(lock, content)
    await open(11)
    expect(volume.readFileSync(lock, 'utf8')).toBe('11 501\n')
  })

  it('is taken when its lock is removed between the look and the deed', async () => {
    const { open, volume } = makeMachine({ 11: '501' })
    volume.mkdirSync(path, { recursive: true })
    volume.writeFileSync(lock, '10 500\n')
    await open(11, {
      async unlink(file) {
        volume.unlinkSync(file)
        volume.unlinkSync(file)
      },
    })
    expect(volume.readFileSync(lock, 'utf8')).toBe('11 501\n')
  })

  it('is given up after a few attempts when the lock comes back every time', async () => {
    const { open, volume } = makeMachine({ 11: '501' })
    volume.mkdirSync(path, { recursive: true })
    volume.writeFileSync(lock, '10 500\n')
    await expect(open(11, { async unlink() {} })).rejects.toMatchObject({ code: 'EEXIST' })
  })

  it('says so when the lock cannot be read or removed', async () => {
    const { open, volume } = makeMachine({ 11: '501' })
    volume.mkdirSync(path, { recursive: true })
    volume.writeFileSync(lock, '10 500\n')
    const denied = async () => {
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' })
    }
    await expect(open(11, { readFile: denied })).rejects.toMatchObject({ code: 'EACCES' })
    await expect(open(11, { unlink: denied })).rejects.toMatchObject({ code: 'EACCES' })
    expect(volume.readFileSync(lock, 'utf8')).toBe('10 500\n')
  })

  it('can be used by another one once it is released; releasing twice takes nothing from that one', async () => {
    const { open, volume } = makeMachine({ 10: '500' })
    const first = await open(10)
    await first.release()
    expect(volume.existsSync(lock)).toBe(false)
    await open(10)
    await first.release()
    expect(volume.readFileSync(lock, 'utf8')).toBe('10 500\n')
  })

  it('stays with whoever took it over, when the former holder releases it late', async () => {
    const { open, volume, processes } = makeMachine({ 10: '500', 11: '501' })
    const first = await open(10)
    delete processes[10]
    await open(11)
    await first.release()
    expect(volume.readFileSync(lock, 'utf8')).toBe('11 501\n')
  })

  it('can be released after somebody has removed it', async () => {
    const { open, volume } = makeMachine({ 10: '500' })
    const directory = await open(10)
    volume.rmSync(path, { recursive: true })
    await directory.release()
    expect(volume.existsSync(path)).toBe(false)
  })
})

describe('the data directory on a real file system', () => {
  let root = ''
  beforeEach(async () => {
    root = await realFs.mkdtemp(join(tmpdir(), 'gitferry-data-'))
  })
  afterEach(() => realFs.rm(root, { recursive: true, force: true }))

  const open = (pid = process.pid) =>
    openDataDirectory(join(root, 'a', 'data'), {
      fs: realFs,
      pid,
      startTimeOf: (other) => processStat(other)?.startTime,
    })

  it('has modes that let nobody else in, its new parents too', async () => {
    const directory = await open()
    const lockPath = join(directory.path, 'gitferry.lock')
    const { path: top, stores, children, home } = directory
    for (const folder of [join(root, 'a'), top, stores, children, home]) {
      expect(((await realFs.stat(folder)).mode & 0o777).toString(8), folder).toBe('700')
    }
    expect(((await realFs.stat(lockPath)).mode & 0o777).toString(8)).toBe('600')
    await directory.release()
    expect(await realFs.readdir(top)).toEqual(['children', 'home', 'stores'])
  })

  it.runIf(process.platform === 'linux')(
    'knows that this process lives, and that no process has pid 0',
    async () => {
      const directory = await open()
      await expect(open()).rejects.toMatchObject({ code: 'CLOSED', details: { pid: process.pid } })
      await directory.release()
      await realFs.writeFile(join(directory.path, 'gitferry.lock'), '0 1\n')
      await (await open()).release()
    },
  )
})
