import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createFsFromVolume, Volume } from 'memfs'
import type { AuditEntryRow } from '../../src/contract/index.ts'
import type { Collection, Logger, SecretBox, StorageAdapter, StorageSession } from '../../src/ports/index.ts'
import { CheckpointFile, type CheckpointFileSystem } from '../../src/runtime/checkpoint-file.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { type AuditChain, createAuditChain } from '../../src/services/audit-chain.ts'
import { AuditKey } from '../../src/services/audit-key.ts'
import { SealedValues } from '../../src/services/sealed-values.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { entryRow } from '../audit/entries.ts'

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Called before every step that leaves the process, and after a transaction was stored; it may throw. */
export type OnStep = (step: string) => void

export interface AuditSandbox {
  readonly storage: ManagedStorage
  readonly entries: Collection<AuditEntryRow>
  readonly clock: TestClock
  readonly log: LogLine[]
  /** The checkpoint file, read and written past gitferry. */
  checkpoint: string | undefined
  /** The chain of a process of its own, on the same data. */
  chain(options?: { readonly onStep?: OnStep; readonly secrets?: SecretBox | undefined }): AuditChain
  /** Runs SQL through a connection of its own, past gitferry. */
  sql(text: string): void
  /** Writes entries as `AuditLog` does, signed by the newest chain that was opened; before, as in a log without a key. */
  write(count: number): Promise<void>
  remove(): Promise<void>
}

const path = '/data/audit.checkpoint'

/** Every method of an object, each call announced. */
const announced = <Subject extends object>(subject: Subject, name: string, onStep: OnStep): Subject =>
  new Proxy(subject, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        onStep(`${name}.${String(method)}`)
        return value.apply(target, given)
      }
    },
  })

function announcedStorage(storage: ManagedStorage, onStep: OnStep): ManagedStorage {
  const collections =
    (session: Pick<StorageSession, 'collection'>): StorageSession['collection'] =>
    (name) =>
      announced(session.collection(name), name, onStep)
  const adapter: Pick<StorageAdapter, 'collection' | 'transaction'> = {
    collection: collections(storage),
    async transaction(work) {
      onStep('begin')
      const result = await storage.transaction((session) => work({ collection: collections(session) }))
      onStep('committed')
      return result
    },
  }
  return adapter as ManagedStorage
}

function announcedFs(fs: CheckpointFileSystem, onStep: OnStep): CheckpointFileSystem {
  const open: CheckpointFileSystem['open'] = async (...given) =>
    announced(await fs.open(...given), 'file', onStep)
  return announced({ open, rename: fs.rename.bind(fs), readFile: fs.readFile.bind(fs) }, 'fs', onStep)
}

export async function createAuditSandbox(): Promise<AuditSandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'gitferry-audit-'))
  const file = join(folder, 'gitferry.db')
  const storage = new ManagedStorage(sqliteStorage({ path: file }))
  await storage.open()
  const volume = createFsFromVolume(Volume.fromJSON({}, '/data'))
  volume.mkdirSync('/data', { recursive: true })
  const box = aesGcmSecrets({ key: randomBytes(32) })
  await box.open()
  const clock = createTestClock()
  const log: LogLine[] = []
  const level =
    (name: string) =>
    (message: string, fields: LogLine['fields'] = {}) =>
      void log.push({ level: name, message, fields })
  const logger: Logger = { debug() {}, info: level('info'), warn: level('warn'), error: level('error') }
  const entries = storage.collection('audit_log')
  const chains: AuditChain[] = []

  return {
    storage,
    entries,
    clock,
    log,
    get checkpoint() {
      return volume.existsSync(path) ? String(volume.readFileSync(path)) : undefined
    },
    set checkpoint(line) {
      if (line === undefined) volume.unlinkSync(path)
      else volume.writeFileSync(path, line)
    },
    chain({ onStep = () => {}, ...options } = {}) {
      const fs = announcedFs(volume.promises as unknown as CheckpointFileSystem, onStep)
      const chain = createAuditChain({
        storage: announcedStorage(storage, onStep),
        clock,
        logger,
        sealed: new SealedValues({ box: 'secrets' in options ? options.secrets : box }),
        checkpoints: new CheckpointFile({ path, fs }),
      })
      chains.unshift(chain)
      return chain
    },
    sql(text) {
      const database = new DatabaseSync(file)
      database.exec(text)
      database.close()
    },
    async write(count) {
      const { id: _, version: __, ...entry } = entryRow(1)
      const signer = chains.find((chain) => chain.sign(entry) !== null)
      if (signer === undefined)
        await new AuditKey({ storage, sealed: new SealedValues({ box }) }).noteUnsigned()
      await storage.transaction(async (session) => {
        for (let left = count; left > 0; left -= 1) {
          await session.collection('audit_log').insert({ ...entry, mac: signer?.sign(entry) ?? null })
        }
      })
    },
    async remove() {
      await storage.close()
      rmSync(folder, { recursive: true })
    },
  }
}
