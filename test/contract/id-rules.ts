import { rule } from './rule.ts'
import { refused, type World } from './world.ts'

const url = 'https://git.example.org/a.git'

/**
 * Every address with an id in it, by noun: what an unknown id answers, and the addresses, those that take a body with one
 * that is right.
 */
const nouns: Readonly<
  Record<string, readonly [code: string, ...addresses: (readonly [address: string, body?: unknown])[]]>
> = {
  '/repos/{id}': [
    'REPO_NOT_FOUND',
    ['GET /repos/{id}'],
    ['PUT /repos/{id}', { name: 'renamed' }],
    ['DELETE /repos/{id}'],
    ['GET /repos/{id}/branches'],
    ['POST /repos/{id}/branches', { name: 'new' }],
    ['POST /repos/{id}/branches/checkout', { branch: 'main' }],
    ['DELETE /repos/{id}/branches/main'],
    ['GET /repos/{id}/remotes'],
    ['POST /repos/{id}/remotes', { name: 'mirror', url }],
    ['PUT /repos/{id}/remotes/origin', { url }],
    ['DELETE /repos/{id}/remotes/origin'],
    ['POST /repos/{id}/remotes/origin/test'],
    ['GET /repos/{id}/tags'],
    ['POST /repos/{id}/tags', { name: 'v2' }],
    ['GET /repos/{id}/tags/v1'],
    ['DELETE /repos/{id}/tags/v1'],
  ],
  '/sync/tasks/{id}': [
    'TASK_NOT_FOUND',
    ['GET /sync/tasks/{id}'],
    ['PUT /sync/tasks/{id}', { name: 'renamed' }],
    ['DELETE /sync/tasks/{id}'],
    ['POST /sync/tasks/{id}/run'],
    ['POST /sync/tasks/{id}/plan'],
    ['GET /sync/tasks/{id}/runs'],
  ],
  '/sync/runs/{id}': [
    'RUN_NOT_FOUND',
    ['GET /sync/runs/{id}'],
    ['GET /sync/runs/{id}/log'],
    ['POST /sync/runs/{id}/cancel'],
    ['POST /sync/runs/{id}/retry'],
  ],
  '/ssh-keys/{id}': [
    'SSH_KEY_NOT_FOUND',
    ['GET /ssh-keys/{id}'],
    ['PUT /ssh-keys/{id}', { name: 'renamed' }],
    ['DELETE /ssh-keys/{id}'],
    ['POST /ssh-keys/{id}/test', { repo_url: 'git@git.example.org:a.git' }],
  ],
  '/credentials/{id}': ['CREDENTIAL_NOT_FOUND', ['GET /credentials/{id}'], ['DELETE /credentials/{id}']],
  '/host-keys/{id}': ['HOST_KEY_NOT_FOUND', ['POST /host-keys/{id}/accept'], ['DELETE /host-keys/{id}']],
  '/users/{id}': ['USER_NOT_FOUND', ['DELETE /users/{id}']],
  '/tokens/{id}': ['TOKEN_NOT_FOUND', ['DELETE /tokens/{id}']],
  '/access-keys/{id}': ['ACCESS_KEY_NOT_FOUND', ['DELETE /access-keys/{id}']],
  '/notification/channels/{id}': [
    'CHANNEL_NOT_FOUND',
    ['GET /notification/channels/{id}'],
    ['PUT /notification/channels/{id}', { name: 'renamed' }],
    ['DELETE /notification/channels/{id}'],
    ['POST /notification/channels/{id}/test'],
  ],
  '/notification/deliveries/{id}': [
    'DELIVERY_NOT_FOUND',
    ['GET /notification/deliveries/{id}'],
    ['POST /notification/deliveries/{id}/retry'],
  ],
  '/audit/logs/{id}': ['AUDIT_ENTRY_NOT_FOUND', ['GET /audit/logs/{id}']],
}

/** Asks an address for an id. */
function ask(world: World, [address, body]: readonly [address: string, body?: unknown], id: string) {
  const [method = '', path = ''] = address.split(' ')
  return world.ask(method, path.replace('{id}', id), { body })
}

const noId = ['0', '-1', '1.5', 'x', '9007199254740993', '99999999999999999999', '1e3', '0x1']

export const idRules = [
  ...Object.entries(nouns).flatMap(([noun, [code, ...addresses]]) => [
    rule(`${noun}, every method: an id that is no positive integer is 400`, async (world) => {
      for (const address of addresses) {
        for (const id of noId) refused(await ask(world, address, id), 400)
      }
    }),
    rule(`${noun}, every method: an unknown id is 404`, async (world) => {
      for (const address of addresses) refused(await ask(world, address, '4711'), 404, { code })
    }),
  ]),
  rule('in a body: an id that is no positive integer is 400', async (world) => {
    const { secondBarePath } = world.sandbox
    await world.register()
    const places = { repo_id: 1, source_branch: 'main', target_remote: 'backup' }
    for (const id of [0, -1, 1.5, 'x', 2 ** 53, true]) {
      for (const field of ['repo_id', 'target_repo_id'] as const) {
        refused(await world.post('/sync/tasks', { ...places, [field]: id }), 400, { field })
      }
      for (const field of ['ssh_key_id', 'credential_id'] as const) {
        refused(await world.post('/repos', { path: secondBarePath, [field]: id }), 400, { field })
      }
    }
  }),
  rule('in a query: an id that is no positive integer is 400', async (world) => {
    for (const id of noId) {
      refused(await world.get(`/sync/runs?task_id=${id}`), 400, { field: 'task_id' })
    }
  }),
  rule('an unknown remote is 404', async (world) => {
    await world.register()
    const code = 'REMOTE_NOT_FOUND'
    refused(await world.put('/repos/1/remotes/nowhere', { url }), 404, { code })
    refused(await world.delete('/repos/1/remotes/nowhere'), 404, { code })
    refused(await world.ask('POST', '/repos/1/remotes/nowhere/test'), 404, { code })
  }),
  rule('an unknown tag is 404', async (world) => {
    await world.register()
    refused(await world.get('/repos/1/tags/nowhere'), 404, { code: 'TAG_NOT_FOUND' })
    refused(await world.delete('/repos/1/tags/nowhere'), 404, { code: 'TAG_NOT_FOUND' })
  }),
]
