import { documentedEvents } from '../channel-rules.ts'
import type { Mutation } from '../mutation.ts'

const contract = 'packages/core/src/contract/channel.ts'
const config = 'packages/core/src/services/channel-config.ts'
const service = 'packages/core/src/services/channels.ts'
const template = 'packages/core/src/notifications/template.ts'
const codes = 'packages/core/src/wire/error-codes.ts'

const notFound = (code: string, noun: string): Mutation => ({
  takesOut: [`${noun}, every method: an unknown id is 404`],
  file: codes,
  find: `${code}: entry(404)`,
  replace: `${code}: entry(400)`,
})

export const channelMutations: readonly Mutation[] = [
  ...documentedEvents.map(
    (event): Mutation => ({
      takesOut: [`${event} is an event that a channel can be told of`],
      file: contract,
      find: `  '${event}',\n`,
      replace: `  'no_${event}',\n`,
    }),
  ),
  {
    takesOut: ['an event that there is not is 400'],
    file: contract,
    find: '    .array(notificationEvent, {',
    replace: '    .array(z.any(), {',
  },
  {
    takesOut: ['a test that the provider refuses answers success: false and what it said'],
    file: service,
    find: 'return { success: result.ok, message: result.message }',
    replace: 'return { success: true, message: result.message }',
  },
  {
    takesOut: ['secrets in answers are "***", tokens in the query of a webhook URL too'],
    file: config,
    find: 'notifier.urlFields.includes(field) ? notifier.maskUrl(String(value)) : value',
    replace: 'value',
  },
  {
    takesOut: ['sending the mask back leaves the secret as it is'],
    file: config,
    find: 'config[field] = before\n  }\n  return config',
    replace: 'delete config[field]\n  }\n  return config',
  },
  {
    takesOut: ['a URL of another origin does not take the stored secret along'],
    file: config,
    find: 'if (hasMoved) throw',
    replace: 'if (hasMoved && stored === null) throw',
  },
  {
    takesOut: ['a channel of unknown type is 400 naming type'],
    file: 'packages/core/src/services/notifiers.ts',
    find: "field: 'type'",
    replace: "field: 'kind'",
  },
  {
    takesOut: ['a missing field is 400 naming it'],
    file: config,
    find: 'if (!parsed.ok) throw invalid(parsed.field, parsed.problem)',
    replace: "if (!parsed.ok) throw invalid('', parsed.problem)",
  },
  {
    takesOut: ['a template that cannot parse is 400'],
    file: codes,
    find: 'TEMPLATE_INVALID: entry(400)',
    replace: 'TEMPLATE_INVALID: entry(409)',
  },
  {
    takesOut: ['a template that would print nothing is 400'],
    file: template,
    find: "if (texts.every((text) => text === '')) refuse('it would print nothing')",
    replace: '',
  },
  {
    takesOut: ['a template accepts the original’s {{.TaskName}}'],
    file: template,
    find: 'const converted = fromGoTemplate(source)',
    replace: "const converted = fromGoTemplate(source.replaceAll('{{.', '{{ go.'))",
  },
  {
    takesOut: ['a URL that is private, loopback or plain http is 400 when it is written'],
    file: config,
    find: "if (config[field] === undefined || !('problem' in weighed)) continue",
    replace: "if (config[field] !== null || !('problem' in weighed)) continue",
  },
  {
    takesOut: ['a finished run is told to the channels that ask for it'],
    file: 'packages/core/src/services/outbox.ts',
    find: 'channels.filter(({ events }) => events.includes(occurrence.event))',
    replace: 'channels.filter(({ events }) => !events.includes(occurrence.event))',
  },
  {
    takesOut: ['PUT /notification/channels/:id changes only the fields that it carries'],
    file: service,
    find: '        enabled: wanted.enabled,\n',
    replace: '',
  },
  {
    takesOut: ['DELETE /notification/channels/:id takes the channel away'],
    file: service,
    find: "await session.collection('channels').delete(id)",
    replace: '',
  },
  {
    takesOut: ['a channel leaves audit entries without its secrets'],
    file: service,
    find: "const subject = { type: 'update', object_type: 'channel', object_id: auditId(id) } as const",
    replace: "const subject = { type: 'update', object_type: 'task', object_id: auditId(id) } as const",
  },
  { takesOut: ['webhook_url is webhook'], file: contract, find: "{ webhook_url: 'webhook' }", replace: '{}' },
  {
    takesOut: ['trigger_events is events'],
    file: contract,
    find: "trigger_events: 'events',",
    replace: '',
  },
  {
    takesOut: ['content_template is template'],
    file: contract,
    find: ", content_template: 'template'",
    replace: '',
  },
  notFound('CHANNEL_NOT_FOUND', '/notification/channels/{id}'),
  notFound('DELIVERY_NOT_FOUND', '/notification/deliveries/{id}'),
  notFound('CREDENTIAL_NOT_FOUND', '/credentials/{id}'),
  notFound('AUDIT_ENTRY_NOT_FOUND', '/audit/logs/{id}'),
  {
    takesOut: ['a change of a channel is validated like a new one'],
    file: service,
    find: 'template: this.#templateOf(wanted.template),',
    replace: 'template: wanted.template,',
  },
]
