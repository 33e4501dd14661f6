import type { Mutation } from '../mutation.ts'

const endpoints = 'packages/core/src/wire/endpoints.ts'

/** An address that is not where the documentation has it. */
const moved = (row: RegExp, name: string, from: string): Mutation => ({
  takesOut: [row],
  file: endpoints,
  find: `'${name}': {${from}`,
  replace: `'${name}': {${from.replace('path: `', 'path: `/elsewhere')}`,
})

// as the table writes it
const base = ['$', '{base}'].join('')

const inline = (method: string, path: string): string => ` method: '${method}', path: \`${base}${path}\``
const block = (method: string, path: string): string =>
  `\n    method: '${method}',\n    path: \`${base}${path}\``

export const rowMutations: readonly Mutation[] = [
  moved(/^row 2: /, 'repos.get', inline('GET', '/repos/{id}')),
  moved(/^row 3: /, 'repos.register', block('POST', '/repos')),
  moved(/^row 4: /, 'repos.delete', block('DELETE', '/repos/{id}')),
  moved(/^row 5: /, 'branches.list', inline('GET', '/repos/{id}/branches')),
  moved(/^row 6: /, 'branches.checkout', block('POST', '/repos/{id}/branches/checkout')),
  moved(/^row 7: /, 'branches.create', block('POST', '/repos/{id}/branches')),
  {
    takesOut: [/^row 8: /],
    file: endpoints,
    find: 'branches/{+branch}',
    replace: 'branches/{branch}',
  },
  moved(/^row 9: /, 'sync.tasks.list', inline('GET', '/sync/tasks')),
  moved(/^row 10: /, 'sync.tasks.get', inline('GET', '/sync/tasks/{id}')),
  moved(/^row 11: /, 'sync.tasks.create', block('POST', '/sync/tasks')),
  moved(/^row 12: /, 'sync.tasks.run', block('POST', '/sync/tasks/{id}/run')),
  moved(/^row 13: /, 'sync.tasks.update', block('PUT', '/sync/tasks/{id}')),
  moved(/^row 14: /, 'sync.tasks.delete', block('DELETE', '/sync/tasks/{id}')),
  {
    takesOut: [/^row 15: /],
    file: endpoints,
    find: '/api/webhooks/task-sync',
    replace: '/api/webhooks/sync',
  },
  moved(/^row 16: /, 'keys.list', inline('GET', '/ssh-keys')),
  moved(/^row 17: /, 'keys.create', block('POST', '/ssh-keys')),
  moved(/^row 18: /, 'keys.delete', block('DELETE', '/ssh-keys/{id}')),
  moved(/^row 19: /, 'keys.test', block('POST', '/ssh-keys/{id}/test')),
  moved(/^row 20: /, 'notifications.channels.list', inline('GET', '/notification/channels')),
  moved(/^row 21: /, 'notifications.channels.create', block('POST', '/notification/channels')),
  moved(/^row 22: /, 'notifications.channels.test', block('POST', '/notification/channels/{id}/test')),
  moved(/^row 23: /, 'audit.list', inline('GET', '/audit/logs')),
  {
    takesOut: [/^row 24: /],
    file: 'packages/server/src/routes/system.ts',
    find: 'Response.json(await gitferry.system.health({ signal }))',
    replace: 'gitferry.system.health({ signal })',
  },
  moved(/^row 25: /, 'system.version', inline('GET', '/system/version')),
]
