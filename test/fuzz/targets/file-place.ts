import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One folder for all cases: what a case writes, the next one replaces. */
class Place {
  #folder: string | undefined

  get path(): string {
    if (this.#folder === undefined) {
      this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitferry-fuzz-')))
      for (const name of [
        'inside/main/objects/info',
        'inside/main/refs',
        'inside/tree',
        'outside/objects',
        'outside/refs',
      ]) {
        mkdirSync(join(this.#folder, name), { recursive: true })
      }
      for (const name of ['inside/main', 'outside'])
        writeFileSync(join(this.#folder, name, 'HEAD'), 'ref: refs/heads/main\n')
      const folder = this.#folder
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    }
    return this.#folder
  }

  /** Where repositories may be. */
  get root(): string {
    return join(this.path, 'inside')
  }
}

/** Where the files of every case lie. */
export const place = new Place()
/** `$` stands for the folder of the case. */
export const inPlace = (given: Buffer): Buffer =>
  Buffer.from(
    given.toString('latin1').replaceAll('$', () => Buffer.from(place.path).toString('latin1')),
    'latin1',
  )
