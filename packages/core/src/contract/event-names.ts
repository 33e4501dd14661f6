import type { GitferryEventName } from './events.ts'

/** A value for every name: the compiler finds one that is missing. */
const names = {
  'repo.registered': true,
  'repo.updated': true,
  'repo.deleted': true,
  'branch.created': true,
  'branch.deleted': true,
  'branch.checked_out': true,
  'task.created': true,
  'task.updated': true,
  'task.deleted': true,
  'task.paused': true,
  'task.recovered': true,
  'remote.added': true,
  'remote.updated': true,
  'remote.deleted': true,
  'tag.created': true,
  'tag.deleted': true,
  'key.created': true,
  'key.updated': true,
  'key.deleted': true,
  'credential.created': true,
  'credential.deleted': true,
  'channel.created': true,
  'channel.updated': true,
  'channel.deleted': true,
  'delivery.queued': true,
  'delivery.finished': true,
  'webhook.received': true,
  'webhook.refused': true,
  'run.queued': true,
  'run.started': true,
  'run.progress': true,
  'run.planned': true,
  'run.ref': true,
  'run.log': true,
  'run.finished': true,
} as const satisfies Record<GitferryEventName, true>

/** The name of every event. */
export const eventNames = Object.keys(names) as readonly GitferryEventName[]
