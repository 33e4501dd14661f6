import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import * as nodeFs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { aesGcmKeyRotation } from '@gitferry/adapters/secrets/key-rotation'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type RotateOptions, rotateSecrets } from '@gitferry/core'
import type { AuditVerification } from '../../src/contract/index.ts'
import type { SecretBox, StorageAdapter, StorageSession } from '../../src/ports/index.ts'
import { resolveOptions } from '../../src/runtime/options.ts'
import { createParts } from '../../src/runtime/parts.ts'
import { sealedColumns, sealedRows, sealedValue, whereSealed } from '../../src/services/sealed-columns.ts'
import { memoryNotifier } from '../../src/testing/api/memory-notifier.ts'

/**
 * Called before every step that leaves the process, and waited for; what it throws is the end of that process.
 */
export type OnStep = (step: string) => unknown

/** Every method of an object, each call announced; what lets go of something works in any case. */
const announced = <Subject extends object>(subject: Subject, name: string, onStep: OnStep): Subject =>
  new Proxy(subject, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method)
      if (typeof value !== 'function' || method === 'close') {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (...given: unknown[]) => {
        await onStep(`${name}.${String(method)}`)
        return value.apply(target, given)
      }
    },
  })

function announcedStorage(storage: StorageAdapter, onStep: OnStep): StorageAdapter {
  const collections =
    (session: Pick<StorageSession, 'collection'>): StorageSession['collection'] =>
    (name) =>
      announced(session.collection(name), name, onStep)
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    open: () => storage.open(),
    close: () => storage.close(),
    collection: collections(storage),
    async transaction(work) {
      await onStep('begin')
      const result = await storage.transaction(async (session) => {
        const done = await work({ collection: collections(session) })
        await onStep('commit')
        return done
      })
      await onStep('committed')
      return result
    },
  }
}

const announcedFs = (onStep: OnStep): typeof nodeFs => {
  const fs = announced({ ...nodeFs }, 'fs', onStep)
  // what it opens is announced as well
  const open: typeof nodeFs.open = async (...given) => announced(await fs.open(...given), 'file', onStep)
  return new Proxy(fs, { get: (target, name) => (name === 'open' ? open : Reflect.get(target, name)) })
}

/** A gitferry that stands still, with a secret of every kind. */
export class RotationWorld implements Disposable {
  readonly dataDir: string
  readonly keyFile: string

  private constructor(dataDir: string) {
    this.dataDir = dataDir
    this.keyFile = join(dataDir, 'secret.key')
  }

  static async create({ credentials = 1 } = {}): Promise<RotationWorld> {
    const world = new RotationWorld(mkdtempSync(join(tmpdir(), 'gitferry-rotation-')))
    await using gitferry = createGitferry({ ...world.options(), secrets: world.box() })
    await gitferry.start()
    await gitferry.keys.generate({ name: 'deploy' })
    for (let n = 1; n <= credentials; n += 1) {
      const origin = `https://${n}.example.com`
      await gitferry.credentials.create({ name: `forge-${n}`, type: 'token', origin, token: `token-${n}` })
    }
    const config = { webhook: 'https://hooks.example.org/?token=a', secret: 'b' }
    await gitferry.notifications.channels.create({ type: 'memory', name: 'team', config })
    await gitferry.accessKeys.create({ name: 'ci', scope: 'read' })
    return world
  }

  /** The same, in a folder of its own. */
  copy(): RotationWorld {
    const folder = mkdtempSync(join(tmpdir(), 'gitferry-rotation-'))
    cpSync(this.dataDir, folder, { recursive: true })
    return new RotationWorld(folder)
  }

  options(onStep?: OnStep) {
    const storage = sqliteStorage({ path: join(this.dataDir, 'gitferry.db') })
    return {
      storage: onStep === undefined ? storage : announcedStorage(storage, onStep),
      dataDir: this.dataDir,
      notifiers: [memoryNotifier()],
      forkServer: false,
    }
  }

  box(): SecretBox {
    return aesGcmSecrets({ keyFile: this.keyFile })
  }

  async rotate(options: RotateOptions & { onStep?: OnStep; oldKeys?: readonly string[]; key?: string } = {}) {
    const { key, oldKeys, onStep, ...progress } = options
    const given = key === undefined ? { keyFile: this.keyFile, oldKeys } : { key, oldKeys }
    const rotation = aesGcmKeyRotation(given, onStep === undefined ? nodeFs : announcedFs(onStep))
    return { ...(await rotateSecrets(this.options(onStep), rotation, progress)), retired: rotation.retired }
  }

  /** The process that held the data directory is gone. */
  forgetHolder(): void {
    rmSync(join(this.dataDir, 'gitferry.lock'), { force: true })
  }

  /** The key files, whole or not. */
  keyFiles(): string[] {
    return readdirSync(this.dataDir).filter((name) => name.startsWith('secret.key'))
  }

  get isCutOff(): boolean {
    return existsSync(`${this.keyFile}.next`)
  }

  keyIn(name: string): string {
    return readFileSync(join(this.dataDir, name), 'utf8')
  }

  /** Every secret as a box opens it, by its place, and how many are under a key of before. */
  async secrets(box = this.box()): Promise<{ opened: Map<string, string>; stale: number }> {
    await box.open()
    const { storage } = this.options()
    await storage.open()
    try {
      const opened = new Map<string, string>()
      let stale = 0
      for (const column of sealedColumns) {
        for (const row of await sealedRows(storage, column).find({ where: whereSealed(column) })) {
          const { value, place } = sealedValue(column, row)
          const name = `${place.table}.${place.column}.${place.id}`
          opened.set(name, box.unseal(value, name))
          if (box.isStale(value)) stale += 1
        }
      }
      return { opened, stale }
    } finally {
      await storage.close()
    }
  }

  /** The names of what gitferry keeps for itself. */
  async settings(): Promise<string[]> {
    const { storage } = this.options()
    await storage.open()
    try {
      const rows = await storage.collection('settings').find()
      const names = rows.map(({ name }) => name).toSorted()
      // of a rotation that was killed when it gave its lease back: it is over by itself
      return names.filter((name) => !name.startsWith('rotation:'))
    } finally {
      await storage.close()
    }
  }

  async verifyAudit(): Promise<AuditVerification> {
    const options = resolveOptions({ ...this.options(), secrets: this.box() })
    const { auditChain, storage } = createParts(options, nodeFs).context
    await storage.open()
    try {
      await options.secrets?.open()
      await auditChain.open()
      auditChain.start()
      await auditChain.stop()
      return await auditChain.verify()
    } finally {
      await storage.close()
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.dataDir, { recursive: true })
  }
}
