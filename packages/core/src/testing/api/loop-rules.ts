import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { collect, mainToBackup, registerClone } from './records.ts'
import type { ApiRules } from './subject.ts'

/** Loops over lists that belong to something, or fill by themselves; those of plain lists are in `listRules`. */
export const loopRules: ApiRules = {
  'a loop tells every tag once, by name, over more than one page': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const oid = `${sandbox.oidOf(sandbox.clonePath, 'main')}\n`
    const folder = join(sandbox.clonePath, '.git', 'refs', 'tags')
    mkdirSync(folder, { recursive: true })
    for (let count = 0; count < 210; count++) writeFileSync(join(folder, `a${count}`), oid)
    const tags = await collect(api.tags.all(id))
    assert.deepEqual(
      tags.map(({ name }) => name),
      sandbox.git(sandbox.clonePath, 'tag').split('\n'),
    )
    assert.deepEqual(tags.at(-1), await api.tags.get(id, 'v1'))
    for await (const { name } of api.tags.all(id)) {
      assert.equal(name, 'a0')
      break
    }
  },

  'a loop tells every branch of a type once, also where two share a name': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const oid = sandbox.oidOf(sandbox.clonePath, 'main')
    sandbox.git(sandbox.clonePath, 'update-ref', 'refs/heads/origin/main', oid)
    for (let count = 0; count < 130; count++) {
      writeFileSync(join(sandbox.clonePath, '.git', 'refs', 'heads', `a${count}`), `${oid}\n`)
    }
    for (const type of ['local', 'all'] as const) {
      assert.deepEqual(
        await collect(api.branches.all(id, { type })),
        (await api.branches.list(id, { type })).items,
      )
    }
    assert.equal((await collect(api.branches.all(id))).length, 132)
  },

  'a loop tells every remote of one repository once': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const other = await api.repos.register({ path: sandbox.secondBarePath })
    assert.deepEqual(await collect(api.repos.remotes.all(other.id)), [])
    await api.repos.remotes.add(other.id, { name: 'elsewhere', fetch_url: sandbox.originPath })
    await api.repos.remotes.add(id, { name: 'second', fetch_url: sandbox.secondBarePath })
    const remotes = await collect(api.repos.remotes.all(id))
    assert.deepEqual(remotes, (await api.repos.remotes.list(id)).items)
    assert.deepEqual(remotes.map(({ name }) => name).toSorted(), ['backup', 'origin', 'second'])
  },

  'a loop tells every delivery that matches, newest first': async (subject) => {
    const { api } = subject
    const { channels, deliveries } = api.notifications
    assert.deepEqual(await collect(deliveries.all()), [])
    const config = { webhook: 'https://host.example/' }
    for (const name of ['a', 'b']) await channels.create({ type: 'memory', name, config })
    const { id } = await mainToBackup(subject)
    for (let run = 0; run < 2; run++) await api.sync.tasks.run(id, { wait: true })
    const idsOf = (records: readonly { readonly id: number }[]) => records.map((record) => record.id)
    assert.deepEqual(idsOf(await collect(deliveries.all())), [4, 3, 2, 1])
    const ofFirst = await collect(deliveries.all({ channel_id: 1 }))
    assert.deepEqual(idsOf(ofFirst), idsOf((await deliveries.list({ channel_id: 1 })).items))
    assert.equal(ofFirst.length, 2)
  },

  'a loop over host keys ends at once where none is known': async ({ api }) => {
    assert.deepEqual(await collect(api.hostKeys.all()), [])
  },
}
