import assert from 'node:assert/strict'
import { tag as tagSchema } from '../../contract/tag.ts'
import { ascends, isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const tagRules: ApiRules = {
  'list shows the tags of the repository as they are now, by name': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    sandbox.git(sandbox.clonePath, 'tag', 'release/v2', 'v1')
    sandbox.git(sandbox.clonePath, 'tag', '-a', '-m', 'first', 'a1', 'main')
    const { items, total } = await api.tags.list(id)
    for (const tag of items) isRecord(tagSchema, tag)
    assert.deepEqual(
      items.map(({ name, oid }) => [name, oid]),
      ['a1', 'release/v2', 'v1'].map((name) => [name, sandbox.git(sandbox.clonePath, 'rev-parse', name)]),
    )
    assert.equal(total, 3)
    ascends((await api.tags.list(id, { page: 2, page_size: 2 })).items.map(({ name }) => name))
    assert.deepEqual((await api.tags.list(id, { page: 2, page_size: 2 })).items, items.slice(2))
  },

  'create makes a tag that git knows, and answers it': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const light = await api.tags.create(id, { name: 'release/v2', ref: 'main' })
    const main = sandbox.oidOf(sandbox.clonePath, 'main')
    assert.deepEqual(light, {
      name: 'release/v2',
      oid: main,
      target_oid: main,
      is_annotated: false,
      message: null,
      tagged_at: null,
    })
    assert.equal(sandbox.git(sandbox.clonePath, 'rev-parse', 'refs/tags/release/v2'), main)
    const annotated = await api.tags.create(id, { name: 'v3', message: 'größer\n\nand more' })
    isRecord(tagSchema, annotated)
    assert.equal(annotated.is_annotated, true)
    assert.equal(annotated.target_oid, main)
    assert.equal(sandbox.git(sandbox.clonePath, 'cat-file', '-t', 'v3'), 'tag')
    assert.match(sandbox.git(sandbox.clonePath, 'cat-file', 'tag', 'v3'), /\n\ngrößer\n\nand more$/)
    assert.deepEqual(await api.tags.get(id, 'release/v2'), light)
    assert.deepEqual(await api.tags.get(id, 'v3'), annotated)
  },

  'create refuses a name that is taken or invalid, and a ref that is nowhere': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const before = sandbox.git(sandbox.clonePath, 'for-each-ref')
    await refuses(api.tags.create(id, { name: 'v1' }), 'TAG_EXISTS')
    for (const name of ['', '-d', 'a..b', 'a b', 'refs/tags/x', 'a.lock']) {
      await refuses(api.tags.create(id, { name }), 'REF_INVALID', { field: 'name', of: name })
    }
    await refuses(api.tags.create(id, { name: 'x', ref: 'nowhere' }), 'BRANCH_NOT_FOUND')
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), before)
  },

  'delete takes the one tag': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    sandbox.git(sandbox.clonePath, 'tag', 'release/v2')
    assert.deepEqual(await api.tags.delete(id, 'release/v2'), { name: 'release/v2', deleted: true })
    assert.equal(sandbox.git(sandbox.clonePath, 'tag'), 'v1')
    await refuses(api.tags.delete(id, 'release/v2'), 'TAG_NOT_FOUND')
    await refuses(api.tags.get(id, 'release/v2'), 'TAG_NOT_FOUND')
  },
}
