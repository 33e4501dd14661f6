import { createFsFromVolume, Volume } from 'memfs'
import { beforeEach, describe, expect, it } from 'vitest'
import { CheckpointFile, type CheckpointFileSystem } from '../../src/runtime/checkpoint-file.ts'

const path = '/data/audit.checkpoint'

let volume: ReturnType<typeof createFsFromVolume>
let steps: string[]
let failAt: string | undefined

beforeEach(() => {
  volume = createFsFromVolume(new Volume())
  volume.mkdirSync('/data')
  steps = []
  failAt = undefined
})

function step(name: string): void {
  steps.push(name)
  if (name === failAt) throw Object.assign(new Error(`${name} failed`), { code: 'EIO' })
}

/** memfs, which says what is asked of it. */
function makeFile(): CheckpointFile {
  const given = volume.promises as unknown as CheckpointFileSystem
  const fs: CheckpointFileSystem = {
    async open(name, flags, mode) {
      step(`open ${name} ${flags}`)
      const file = await given.open(name, flags, mode)
      return {
        async writeFile(data) {
          step(`write ${name}`)
          await file.writeFile(data)
        },
        async sync() {
          step(`sync ${name}`)
        },
        async close() {
          steps.push(`close ${name}`)
          await file.close()
        },
      }
    },
    async rename(from, to) {
      step(`rename ${from} ${to}`)
      await given.rename(from, to)
    },
    readFile: (name, encoding) => given.readFile(name, encoding),
  }
  return new CheckpointFile({ path, fs })
}

const written = [
  `open ${path}.next w`,
  `write ${path}.next`,
  `sync ${path}.next`,
  `close ${path}.next`,
  `rename ${path}.next ${path}`,
  'open /data r',
  'sync /data',
  'close /data',
]

describe('the checkpoint file', () => {
  it('is not there at first', async () => {
    expect(await makeFile().read()).toBeUndefined()
  })

  it('is on disk before it takes the name, and the name is on disk before it counts as written', async () => {
    const file = makeFile()
    await file.write('one\n')
    expect(steps).toEqual(written)
    expect(await file.read()).toBe('one\n')
    await file.write('two\n')
    expect(await file.read()).toBe('two\n')
    expect(Number(volume.statSync(path).mode) & 0o777).toBe(0o600)
    expect(volume.readdirSync('/data')).toEqual(['audit.checkpoint'])
  })

  it.each(written.filter((name) => !name.startsWith('close')))(
    'is the one before or the one after, whole, when this fails: %s',
    async (name) => {
      const file = makeFile()
      await file.write('one\n')
      failAt = name
      steps = []
      await expect(file.write('two\n')).rejects.toMatchObject({ code: 'EIO' })
      expect(await file.read()).toBe(
        written.indexOf(name) > written.indexOf(`rename ${path}.next ${path}`) ? 'two\n' : 'one\n',
      )
      const opened = steps.filter((step) => step.startsWith('open') && step !== name)
      expect(steps.filter((step) => step.startsWith('close'))).toHaveLength(opened.length)
      failAt = undefined
      await file.write('three\n')
      expect(await file.read()).toBe('three\n')
    },
  )

  it('that cannot be read is no file that is missing', async () => {
    volume.mkdirSync(path)
    await expect(makeFile().read()).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
