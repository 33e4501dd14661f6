import assert from 'node:assert/strict'
import type { AddPublicKey } from '../../contract/public-key.ts'
import { deployKey, publicKey, verifiedKey } from '../../contract/public-key.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { collect, isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import { signInAs } from './sign-in.ts'
import type { ApiRules } from './subject.ts'

export const publicKeyRules: ApiRules = {
  'a key of a user is shown to them as it was added, and to nobody else': async (subject) => {
    const [ann, bob] = [await signInAs(subject, 'ann'), await signInAs(subject, 'bob')]
    const { publicKey: line, fingerprint } = subject.sandbox.sshKey()
    const key = await ann.api.publicKeys.add({ title: 'laptop', key: `  ${line}   ann@home\n` })
    isRecord(publicKey, key)
    const { title, type, last_used_at, user_id } = key
    assert.deepEqual(
      { title, key: key.key, type, fingerprint: key.fingerprint, last_used_at, user_id },
      {
        title: 'laptop',
        key: `${line} ann@home`,
        type: 'ed25519',
        fingerprint,
        last_used_at: null,
        user_id: ann.user.id,
      },
    )
    assert.deepEqual(await ann.api.publicKeys.list(), { items: [key], total: 1, page: 1, page_size: 20 })
    assert.deepEqual(await collect(ann.api.publicKeys.all()), [key])
    for (const { publicKeys } of [bob.api, subject.api]) assert.equal((await publicKeys.list()).total, 0)
  },

  'a key belongs to one user, or is a deploy key, once at each repository': async (subject) => {
    const { api, sandbox } = subject
    const [ann, bob] = [await signInAs(subject, 'ann'), await signInAs(subject, 'bob')]
    const [one, two] = [await api.repos.create({ name: 'one' }), await api.repos.create({ name: 'two' })]
    const [own, deploys] = [sandbox.sshKey().publicKey, sandbox.sshKey().publicKey]
    const given = { title: 'x', key: own }
    const { id } = await ann.api.publicKeys.add(given)
    const again = await refuses(ann.api.publicKeys.add(given), 'PUBLIC_KEY_EXISTS', { field: 'key' })
    assert.equal(again.details.id, id)
    const others = await refuses(
      bob.api.publicKeys.add({ title: 'x', key: `${own} mine` }),
      'PUBLIC_KEY_EXISTS',
    )
    assert.ok(!others.message.includes('ann') && others.details.id === undefined)
    await refuses(api.deployKeys.add(one.id, given), 'PUBLIC_KEY_EXISTS', { field: 'key' })
    for (const repo of [one, two]) await api.deployKeys.add(repo.id, { title: 'x', key: deploys })
    await refuses(api.deployKeys.add(two.id, { title: 'y', key: deploys }), 'PUBLIC_KEY_EXISTS')
    await refuses(bob.api.publicKeys.add({ title: 'x', key: deploys }), 'PUBLIC_KEY_EXISTS')
    await ann.api.publicKeys.delete(id)
    await bob.api.publicKeys.add(given)
  },

  'what is no public key is refused, with what is wrong with it and nothing of what was given': async (
    subject,
  ) => {
    const ann = await signInAs(subject, 'ann')
    const { privateKey, publicKey: line } = subject.sandbox.sshKey()
    const [type = '', base64 = ''] = line.split(' ')
    const wrong = [
      privateKey,
      base64,
      type,
      `${type} ${base64.slice(0, -8)}`,
      `ssh-rsa ${base64}`,
      `restrict ${line}`,
      `command="x" ${line}`,
      `${line}\n${line}`,
      `${type}-cert-v01@openssh.com ${base64}`,
      `sk-${type}@openssh.com ${base64}`,
    ]
    for (const key of wrong) {
      const error = await refuses(ann.api.publicKeys.add({ title: 'x', key }), 'SSH_KEY_INVALID', {
        field: 'key',
        of: key,
      })
      assert.ok(!error.message.includes(base64.slice(30)))
      assert.ok(!error.message.includes(privateKey.slice(60, 120)))
    }
    for (const [field, fields] of [
      ['title', { title: '' }],
      ['title', { title: 'x'.repeat(256) }],
      ['key', { key: '' }],
      ['key', { key: 7 }],
    ] as const) {
      const given = { title: 'x', key: line, ...fields } as AddPublicKey
      await refuses(ann.api.publicKeys.add(given), 'INVALID_INPUT', { field, of: fields })
    }
    assert.equal((await ann.api.publicKeys.list()).total, 0)
  },

  'a key of somebody else is for whoever may do everything to add and to delete': async (subject) => {
    const { api, sandbox } = subject
    const [ann, bob] = [await signInAs(subject, 'ann'), await signInAs(subject, 'bob', 'write')]
    const given = { title: 'x', key: sandbox.sshKey().publicKey }
    const forAnn = { ...given, user_id: ann.user.id }
    await refuses(bob.api.publicKeys.add(forAnn), 'FORBIDDEN', { field: 'user_id' })
    await refuses(api.publicKeys.add(given), 'USER_NOT_FOUND', { field: 'user_id' })
    await refuses(api.publicKeys.add({ ...given, user_id: 999_999 }), 'USER_NOT_FOUND', { field: 'user_id' })
    const { id } = await api.publicKeys.add(forAnn)
    assert.equal((await ann.api.publicKeys.list()).items[0]?.id, id)
    await refuses(bob.api.publicKeys.delete(id), 'PUBLIC_KEY_NOT_FOUND')
    assert.deepEqual(await api.publicKeys.delete(id), { id, deleted: true })
    await refuses(ann.api.publicKeys.delete(id), 'PUBLIC_KEY_NOT_FOUND')
    const own = await ann.api.publicKeys.add({ ...forAnn, key: sandbox.sshKey().publicKey })
    assert.deepEqual(await ann.api.publicKeys.delete(own.id), { id: own.id, deleted: true })
  },

  'a deploy key is for the admins of its repository, and goes with it': async (subject) => {
    const { api, sandbox } = subject
    const [ann, dev] = [await signInAs(subject, 'ann'), await signInAs(subject, 'dev', 'write')]
    const [{ id }, other] = [
      await api.repos.create({ name: 'app' }),
      await api.repos.create({ name: 'other' }),
    ]
    await api.members.set(id, ann.user.id, { role: 40 })
    const { publicKey: line, fingerprint } = sandbox.sshKey()
    const asked = { title: 'ci', key: line, can_push: true, application: 'a server' }
    const key = await ann.api.deployKeys.add(id, asked)
    isRecord(deployKey, key)
    assert.deepEqual(
      { ...asked, repo_id: id, fingerprint, type: 'ed25519' },
      {
        ...{ title: key.title, key: key.key, can_push: key.can_push, application: key.application },
        ...{ repo_id: key.repo_id, fingerprint: key.fingerprint, type: key.type },
      },
    )
    const plain = await ann.api.deployKeys.add(id, { title: 'y', key: sandbox.sshKey().publicKey })
    assert.deepEqual([plain.can_push, plain.application], [false, ''])
    assert.deepEqual((await ann.api.deployKeys.list(id)).items, [key, plain])
    assert.deepEqual(await collect(ann.api.deployKeys.all(id)), [key, plain])
    await refuses(dev.api.deployKeys.list(id), 'ROLE_MISSING')
    await refuses(dev.api.deployKeys.add(id, asked), 'ROLE_MISSING')
    await refuses(dev.api.deployKeys.delete(id, key.id), 'ROLE_MISSING')
    await refuses(api.deployKeys.delete(other.id, key.id), 'PUBLIC_KEY_NOT_FOUND', { field: 'key_id' })
    await refuses(api.publicKeys.delete(key.id), 'PUBLIC_KEY_NOT_FOUND', { field: 'id' })
    assert.deepEqual(await ann.api.deployKeys.delete(id, plain.id), { id: plain.id, deleted: true })
    await api.repos.delete(id)
    const own = await ann.api.publicKeys.add({ title: 'mine now', key: line })
    assert.equal(own.fingerprint, fingerprint)
  },

  'a private key opens what its user may, what its deploy key may, and what everybody may read': async (
    subject,
  ) => {
    const { api, sandbox } = subject
    const ann = await signInAs(subject, 'ann')
    const { id } = await api.repos.create({ name: 'app' })
    const [own, deploys, unknown] = [sandbox.sshKey(), sandbox.sshKey(), sandbox.sshKey()]
    await ann.api.publicKeys.add({ title: 'x', key: own.publicKey })
    const opens = async ({ privateKey }: typeof own) => {
      const found = await api.publicKeys.verify(id, { private_key: privateKey })
      isRecord(verifiedKey, found)
      return [found.can_read, found.can_push]
    }
    const [none, read, push] = [
      [false, false],
      [true, false],
      [true, true],
    ]
    assert.deepEqual(await opens(own), none)
    for (const [role, expected] of [[20, read] as const, [30, push] as const]) {
      await api.members.set(id, ann.user.id, { role })
      assert.deepEqual(await opens(own), expected)
    }
    assert.deepEqual(await opens(deploys), none)
    const key = await api.deployKeys.add(id, { title: 'x', key: deploys.publicKey })
    assert.deepEqual(await opens(deploys), read)
    await api.deployKeys.delete(id, key.id)
    await api.deployKeys.add(id, { title: 'x', key: deploys.publicKey, can_push: true })
    assert.deepEqual(await opens(deploys), push)
    const oneLine = { private_key: own.privateKey.replaceAll('\n', '\\n') }
    assert.equal((await ann.api.publicKeys.verify(id, oneLine)).fingerprint, own.fingerprint)
    assert.deepEqual(await opens(unknown), none)
    await api.repos.update(id, { visibility: 20 })
    assert.deepEqual(await opens(unknown), read)
    const other = await api.repos.create({ name: 'other' })
    const given = { private_key: own.privateKey }
    const elsewhere = await api.publicKeys.verify(other.id, { private_key: deploys.privateKey })
    assert.deepEqual([elsewhere.can_read, elsewhere.can_push], none)
    await refuses(ann.api.publicKeys.verify(other.id, given), 'ROLE_MISSING')
    for (const private_key of [own.publicKey, own.privateKey.slice(0, 200), 'x']) {
      await refuses(api.publicKeys.verify(id, { private_key }), 'SSH_KEY_INVALID', { field: 'private_key' })
    }
    const secret = own.privateKey.slice(60, 120)
    assert.ok(!JSON.stringify(await collect(api.audit.all())).includes(secret))
  },

  'keys that are added, deleted and verified leave one entry each, also when that is refused': async (
    subject,
  ) => {
    const { api, sandbox } = subject
    const ann = await api.users.create({ name: 'ann' })
    const repo = await api.repos.create({ name: 'app' })
    const { privateKey, publicKey: key } = sandbox.sshKey()
    const before = (await entriesOf(api)).length
    const given = { title: 'x', key, user_id: ann.id }
    const { id } = await api.publicKeys.add(given)
    await refuses(api.publicKeys.add(given), 'PUBLIC_KEY_EXISTS')
    await api.publicKeys.verify(repo.id, { private_key: privateKey })
    await api.publicKeys.delete(id)
    const deploys = await api.deployKeys.add(repo.id, given)
    await api.deployKeys.delete(repo.id, deploys.id)
    await refuses(api.deployKeys.delete(repo.id, deploys.id), 'PUBLIC_KEY_NOT_FOUND')
    assert.deepEqual((await entriesOf(api)).slice(0, -before), [
      failure('delete', 'deploy_key', repo.id, 'PUBLIC_KEY_NOT_FOUND'),
      success('delete', 'deploy_key', repo.id),
      success('create', 'deploy_key', repo.id),
      success('delete', 'public_key', id),
      success('test', 'public_key', repo.id),
      failure('create', 'public_key', null, 'PUBLIC_KEY_EXISTS'),
      success('create', 'public_key', id),
    ])
  },
}
