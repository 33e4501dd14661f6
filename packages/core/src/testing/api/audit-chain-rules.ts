import assert from 'node:assert/strict'
import { auditEntry } from '../../contract/audit-entry.ts'
import { auditVerification } from '../../contract/audit-verification.ts'
import { allSealed, collect, isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const auditChainRules: ApiRules = {
  'every entry is sealed into a chain that holds': async (subject) => {
    const { api } = subject
    const { id } = await registerClone(subject)
    await api.repos.update(id, { name: 'renamed' })
    await refuses(api.repos.get(999), 'REPO_NOT_FOUND')
    const found = await allSealed(api)
    isRecord(auditVerification, found)
    assert.deepEqual(found, { valid: true, sealed: 2, unsealed: 0, head_seq: 2, problems: [] })
    const [second, first] = (await api.audit.list()).items
    assert.deepEqual([first?.seq, second?.seq], [1, 2])
    assert.equal(second?.prev_hash, first?.hash)
    assert.notEqual(first?.hash, null)
  },

  'get answers one entry': async (subject) => {
    const { api } = subject
    await registerClone(subject)
    const [listed] = (await api.audit.list()).items
    const entry = await api.audit.get(listed!.id)
    isRecord(auditEntry, entry)
    assert.equal(entry.id, listed!.id)
    assert.equal(entry.type, 'create')
    await refuses(api.audit.get(999), 'AUDIT_ENTRY_NOT_FOUND')
  },

  'export tells every entry that the query matches, oldest first': async (subject) => {
    const { api } = subject
    const { id } = await registerClone(subject)
    for (let count = 0; count < 250; count++) await api.repos.update(999, {}).catch(() => undefined)
    await api.repos.update(id, { name: 'größer 😀' })
    await allSealed(api)
    const exported = await collect(api.audit.export())
    for (const entry of exported) isRecord(auditEntry, entry)
    assert.deepEqual(exported, (await collect(api.audit.all())).toReversed())
    assert.equal(exported.length, 252)
    const successes = await collect(api.audit.export({ type: 'update', object_id: id }))
    assert.deepEqual(
      successes.map(({ details }) => details.name),
      ['größer 😀'],
    )
    await refuses(collect(api.audit.export({ type: 'rename' as 'update' })), 'INVALID_INPUT', {
      field: 'type',
    })
  },
}
