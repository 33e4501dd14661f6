import assert from 'node:assert/strict'
import type { SshKey } from '@gitferry/core/contract'
import { type KeyKind, makeKey } from './made-key.ts'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const fields = [
  'created_at',
  'description',
  'fingerprint',
  'has_passphrase',
  'id',
  'last_used_at',
  'name',
  'public_key',
  'type',
  'used_by',
]

const add = (world: World, body: Readonly<Record<string, unknown>>) =>
  world.post('/ssh-keys', { name: 'key', ...body })

const containers: readonly [name: string, kind: KeyKind][] = [
  ['rsa in PKCS#1', { type: 'rsa', bits: 2048, container: 'PEM' }],
  ['rsa in PKCS#8', { type: 'rsa', bits: 2048, container: 'PKCS8' }],
  ['rsa in OpenSSH’s container', { type: 'rsa', bits: 2048 }],
  ['ecdsa in SEC1', { type: 'ecdsa', bits: 256, container: 'PEM' }],
  ['ecdsa in PKCS#8', { type: 'ecdsa', bits: 384, container: 'PKCS8' }],
  ['ecdsa in OpenSSH’s container', { type: 'ecdsa', bits: 521 }],
  ['ed25519 in OpenSSH’s container', { type: 'ed25519' }],
]

/** What is no private key that can be used, and the field that the refusal names. */
const notKeys: readonly [what: string, make: () => Readonly<Record<string, unknown>>, field: string][] = [
  ['a text that is no key', () => ({ private_key: 'my cat walked over this keyboard' }), 'private_key'],
  ['a public key', () => ({ private_key: makeKey({ type: 'ed25519' }).publicKey }), 'private_key'],
  [
    'a truncated key',
    () => {
      const { privateKey } = makeKey({ type: 'rsa', bits: 2048, container: 'PEM' })
      return { private_key: privateKey.slice(0, privateKey.length / 2) }
    },
    'private_key',
  ],
  [
    'RSA of 1024 bits',
    () => ({ private_key: makeKey({ type: 'rsa', bits: 1024 }).privateKey }),
    'private_key',
  ],
  ['DSA', () => ({ private_key: dsaKey }), 'private_key'],
  ['a text of 100,000 characters', () => ({ private_key: 'k'.repeat(100_000) }), 'private_key'],
  [
    'an encrypted key with a wrong passphrase',
    () => ({
      private_key: makeKey({ type: 'ed25519', passphrase: 'right' }).privateKey,
      passphrase: 'wrong',
    }),
    'passphrase',
  ],
  [
    'an encrypted key without its passphrase',
    () => ({ private_key: makeKey({ type: 'ed25519', passphrase: 'right' }).privateKey }),
    'passphrase',
  ],
]

// made once by ssh-keygen 9.2: newer ones make none
const dsaKey = `-----BEGIN DSA PRIVATE KEY-----
MIIBugIBAAKBgQCKdyYra8UwyUr7kl4rQtsy38r4KMIyUz/Y5+fUS8LKEzwIdG9J
8lbETTcbQ3dCthIvymNwtJWnMnsHe54h3eYdVj9fBWE/6+V3xIkpT2uvScHUz01r
QmwSq7+kOSNeeBVHOnnpNNDgrx4ZWyrU/m6T6PD33o2m1lylj7i5tOyG3wIVAPIS
EZ9+tTFb1Nb3W2ZFshncFY9dAoGAQuTSY9+rEm9jjW2EP9sokNOsjxt6bVjggsZf
IyhV2dvq5xaDjOm5WnuURKILZto4/0N494EzBze1IX7MHrEnvn0aAdHItUpRS19b
5+7Yy6xOK8vmjDNQ15m3iFj7AVRG+pwqWypDh+OQ/teLP40MPT1WlxXLrYTcOPEV
2UNNy8sCgYBGF5Xa5vU5ZFgPCCs1mQhRjD/2wNmbuiqs9K/e/mODunW6UhxR4DEn
B5dFA6qMl8Y8QtGjYrnm0p66Wma7xJgESpil4kI6l/TCRWkKLwduS56zA6YU5mYa
GOqZbth7nD/CyrzCnXKXP4EMx4kI4rUogDBXy5MG+ChzvHmNs5gyxgIUEGMy6/6x
KeKP3NtxLxlSOyWLBCE=
-----END DSA PRIVATE KEY-----
`

export const keyRules = [
  rule('row 16: GET /api/v1/ssh-keys lists the keys', async (world) => {
    const key = data<SshKey>(await add(world, { private_key: makeKey({ type: 'ed25519' }).privateKey }))
    assert.deepEqual(data(await world.get('/ssh-keys')), { keys: [key], total: 1 })
  }),
  rule('row 17: POST /api/v1/ssh-keys takes name, type, private_key and description', async (world) => {
    const made = makeKey({ type: 'rsa', bits: 2048, container: 'PEM' })
    assert.match(made.privateKey, /^-----BEGIN RSA PRIVATE KEY-----\n/)
    const body = {
      name: 'github-deploy-key',
      type: 'rsa',
      private_key: made.privateKey,
      description: 'for CI',
    }
    const key = data<SshKey>(await world.post('/ssh-keys', body))
    assert.deepEqual(
      [key.name, key.type, key.description, key.fingerprint],
      ['github-deploy-key', 'rsa', 'for CI', made.fingerprint],
    )
  }),
  rule('row 18: DELETE /api/v1/ssh-keys/:id takes the key away', async (world) => {
    const { id } = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' }))
    assert.deepEqual(data(await world.delete(`/ssh-keys/${id}`)), { id, deleted: true })
    refused(await world.get(`/ssh-keys/${id}`), 404)
  }),
  rule('a key has the documented fields and no other; the private half is nowhere', async (world) => {
    const { privateKey, publicKey } = makeKey({ type: 'ed25519' })
    const answer = await add(world, { private_key: privateKey })
    const key = data<SshKey>(answer)
    assert.deepEqual(Object.keys(key).sort(), fields)
    assert.equal(key.public_key.split(' ').slice(0, 2).join(' '), publicKey)
    assert.match(key.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/)
    const body = privateKey.split('\n')[2] ?? 'none'
    for (const path of ['/ssh-keys', `/ssh-keys/${key.id}`, '/audit/logs']) {
      assert.equal((await world.get(path)).text.includes(body), false)
    }
    assert.equal(answer.text.includes(body), false)
  }),
  ...containers.flatMap(([name, kind]) => [
    rule(`${name} is accepted`, async (world) => {
      const made = makeKey(kind)
      const key = data<SshKey>(await add(world, { private_key: made.privateKey }))
      assert.deepEqual([key.type, key.fingerprint, key.has_passphrase], [kind.type, made.fingerprint, false])
    }),
    rule(`${name} is accepted with its passphrase`, async (world) => {
      const made = makeKey({ ...kind, passphrase: 'open sesame' })
      const body = { private_key: made.privateKey, passphrase: 'open sesame' }
      const key = data<SshKey>(await add(world, body))
      assert.deepEqual([key.fingerprint, key.has_passphrase], [made.fingerprint, true])
    }),
  ]),
  rule('a key with CRLF is accepted', async (world) => {
    const made = makeKey({ type: 'ed25519' })
    const key = data<SshKey>(await add(world, { private_key: made.privateKey.replaceAll('\n', '\r\n') }))
    assert.equal(key.fingerprint, made.fingerprint)
  }),
  rule('a key without line breaks is taken as the key that it is', async (world) => {
    const made = makeKey({ type: 'rsa', bits: 2048, container: 'PEM' })
    for (const separator of [' ', '', '\\n']) {
      const private_key = made.privateKey.replaceAll('\n', separator)
      const key = data<SshKey>(await add(world, { private_key }))
      assert.equal(key.fingerprint, made.fingerprint)
      data(await world.delete(`/ssh-keys/${key.id}`))
    }
  }),
  rule('type must agree with the key if given', async (world) => {
    const private_key = makeKey({ type: 'ed25519' }).privateKey
    refused(await add(world, { type: 'rsa', private_key }), 400, { field: 'type' })
    refused(await add(world, { type: 'dsa', private_key }), 400, { field: 'type' })
    data(await add(world, { type: 'ed25519', private_key }))
  }),
  ...notKeys.map(([what, make, field]) =>
    rule(`${what} is 400 and names ${field}`, async (world) => {
      const body = make()
      const answer = await add(world, body)
      refused(answer, 400, { field })
      assert.equal(answer.text.includes(String(body.private_key).slice(3, 30)), false)
      assert.equal(data<{ total: number }>(await world.get('/ssh-keys')).total, 0)
    }),
  ),
  rule('a key with a taken name is 409', async (world) => {
    data(await world.post('/ssh-keys/generate', { name: 'key' }))
    const answer = await add(world, { private_key: makeKey({ type: 'ed25519' }).privateKey })
    refused(answer, 409, { code: 'SSH_KEY_EXISTS', field: 'name' })
  }),
  rule('a key with the same fingerprint is 409', async (world) => {
    const private_key = makeKey({ type: 'ed25519' }).privateKey
    data(await add(world, { private_key }))
    refused(await add(world, { name: 'other', private_key }), 409, {
      code: 'SSH_KEY_EXISTS',
      field: 'private_key',
    })
  }),
  rule('a key in use is 409 that names its users', async (world) => {
    const { id } = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' }))
    data(
      await world.post('/repos', { path: world.sandbox.clonePath, name: 'the user of it', ssh_key_id: id }),
    )
    const message = refused(await world.delete(`/ssh-keys/${id}`), 409, { code: 'SSH_KEY_IN_USE' })
    assert.ok(message.includes('the user of it'))
    const key = data<SshKey>(await world.get(`/ssh-keys/${id}`))
    assert.deepEqual(key.used_by, [{ object_type: 'repo', repo_id: 1, name: 'the user of it' }])
  }),
  rule('PUT /ssh-keys/:id changes name and description', async (world) => {
    const { id } = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' }))
    const key = data<SshKey>(await world.put(`/ssh-keys/${id}`, { description: 'changed' }))
    assert.deepEqual([key.name, key.description], ['key', 'changed'])
  }),
  rule('POST /ssh-keys/generate makes an ed25519 key and answers its public half', async (world) => {
    const key = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'made here' }))
    assert.equal(key.type, 'ed25519')
    assert.match(key.public_key, /^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/)
  }),
]
