import {
  type CallOptions,
  type Deleted,
  type GenerateSshKey,
  generateSshKey,
  type ImportSshKey,
  importSshKey,
  type Page,
  type PageQuery,
  pageQuery,
  type RemoteTest,
  type SshKey,
  type SshKeyRow,
  type SshKeysApi,
  type TestSshKey,
  testSshKey,
  type UpdateSshKey,
  updateSshKey,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { checkRemoteUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import type { PrivateKey } from '../keys/describe-private-key.ts'
import { generateEd25519 } from '../keys/generate-ed25519.ts'
import { parsePrivateKey } from '../keys/parse-private-key.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findSshKey } from './find-or-refuse.ts'
import { findBatches, findPage } from './pages.ts'
import { refuseTakenSshKey, refuseUsedSshKey } from './ssh-key-refusals.ts'
import { type NewSshKey, storeSshKey } from './store-ssh-key.ts'
import { testRemote } from './test-remote.ts'
import { toSshKey } from './to-ssh-key.ts'
import { usersOfSshKeys } from './used-by.ts'

/** SSH keys with which remotes are reached. A private key goes in and never comes out. */
export class SshKeysService implements SshKeysApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<SshKey>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const rows = await findPage(this.#context.storage.collection('ssh_keys'), {}, paging, { whole: true })
    return { ...rows, items: await this.#answers(rows.items) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<SshKey, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#context.storage.collection('ssh_keys'), {})) {
      for (const key of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield key
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<SshKey> {
    throwIfAborted(signal)
    return this.#answer(await findSshKey(this.#context.storage, id))
  }

  async create(input: ImportSshKey, { signal }: CallOptions = {}): Promise<SshKey> {
    throwIfAborted(signal)
    return this.#add(async () => {
      const { private_key, passphrase, type, ...labels } = parseInput(importSshKey, input)
      const { keyOpener: opener, sealed } = this.#context
      sealed.require()
      const { wasEncrypted, ...key } = await parsePrivateKey(private_key, {
        opener,
        passphrase,
        type,
        signal,
      })
      return newSshKey(labels, key, wasEncrypted)
    })
  }

  async generate(input: GenerateSshKey, { signal }: CallOptions = {}): Promise<SshKey> {
    throwIfAborted(signal)
    return this.#add(() => {
      const labels = parseInput(generateSshKey, input)
      this.#context.sealed.require()
      return newSshKey(labels, generateEd25519(), false)
    })
  }

  async update(id: number, input: UpdateSshKey, { signal }: CallOptions = {}): Promise<SshKey> {
    throwIfAborted(signal)
    const { events, storage } = this.#context
    const row = await this.#change('update', id, async (before, draft) => {
      const given = parseInput(updateSshKey, input)
      draft.note({ details: { name: given.name ?? before.name, fields: Object.keys(given) } })
      return storage.transaction(async (session) => {
        const { name } = await findSshKey(session, id)
        if (given.name !== undefined && given.name !== name)
          await refuseTakenSshKey(session, { name: given.name })
        const row = await session.collection('ssh_keys').update(id, given)
        await draft.write(session)
        return row ?? findSshKey(session, id)
      })
    })
    const key = await this.#answer(row)
    events.emit('key.updated', { key })
    return key
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    throwIfAborted(signal)
    const { events, storage } = this.#context
    await this.#change('delete', id, async ({ name, fingerprint }, draft) => {
      draft.note({ details: { name, fingerprint } })
      await storage.transaction(async (session) => {
        await refuseUsedSshKey(session, await findSshKey(session, id))
        await session.collection('ssh_keys').delete(id)
        await draft.write(session)
      })
    })
    events.emit('key.deleted', { id })
    return { id, deleted: true }
  }

  async test(id: number, input: TestSshKey, { signal }: CallOptions = {}): Promise<RemoteTest> {
    throwIfAborted(signal)
    return this.#change('test', id, async ({ name }, draft) => {
      draft.note({ details: { name } })
      const url = sshUrl(parseInput(testSshKey, input).repo_url, this.#context.settings)
      draft.note({ details: { repo_url: url } })
      const test = await testRemote({ url, ssh_key_id: id, credential_id: null }, this.#context, { signal })
      draft.note({ details: { success: test.success, outcome: test.error_code } })
      return test
    })
  }

  async #add(read: () => NewSshKey | Promise<NewSshKey>): Promise<SshKey> {
    const { audit, events, principal, storage } = this.#context
    const subject = { type: 'create', object_type: 'ssh_key', object_id: null } as const
    const { row, replaced } = await audit.attempt(principal, subject, async (draft) => {
      const wanted = await read()
      const { name, type, fingerprint } = wanted
      draft.note({ details: { name, type, fingerprint } })
      return storage.transaction(async (session) => {
        const stored = await storeSshKey(session, wanted, this.#context)
        draft.note({ type: stored.replaced ? 'update' : 'create', object_id: stored.row.id })
        await draft.write(session)
        return stored
      })
    })
    const key = await this.#answer(row)
    events.emit(replaced ? 'key.updated' : 'key.created', { key })
    return key
  }

  #change<Result>(
    type: AuditSubject['type'],
    id: number,
    work: (key: SshKeyRow, draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    const { audit, principal, storage } = this.#context
    const subject = { type, object_type: 'ssh_key', object_id: auditId(id) } as const
    return audit.attempt(principal, subject, async (draft) => work(await findSshKey(storage, id), draft))
  }

  async #answer(row: SshKeyRow): Promise<SshKey> {
    return (await this.#answers([row]))[0]!
  }

  async #answers(rows: readonly SshKeyRow[]): Promise<SshKey[]> {
    const ids = rows.map((row) => row.id)
    const users = await usersOfSshKeys(this.#context.storage, ids)
    return rows.map((row) => toSshKey(row, users.get(row.id) ?? []))
  }
}

const newSshKey = (
  { name, description = null }: Pick<GenerateSshKey, 'name' | 'description'>,
  { type, fingerprint, publicKey, privateKey }: PrivateKey,
  hasPassphrase: boolean,
): NewSshKey => ({
  name,
  type,
  fingerprint,
  public_key: publicKey,
  has_passphrase: hasPassphrase,
  description,
  privateKey,
})

/** The URL as git is given it. @throws URL_FORBIDDEN; INVALID_INPUT when it is not reached by ssh */
function sshUrl(given: string, policy: RemoteUrlPolicy): string {
  const details = { field: 'repo_url' }
  const checked = checkRemoteUrl(given, policy)
  if ('problem' in checked) {
    throw new GitferryError('URL_FORBIDDEN', `repo_url: ${checked.problem}.`, { details })
  }
  if (checked.protocol === 'ssh') return checked.url
  throw new GitferryError(
    'INVALID_INPUT',
    'repo_url: must be reached by ssh: git@host:path or ssh://git@host/path.',
    { details },
  )
}
