import { type SyncTaskRow, syncTaskDefaults } from '../contract/index.ts'

/**
 * Settings that the record has and the engine does not carry out yet. To accept one silently would promise a
 * mirror, a deletion, an approval or an expiry that does not happen.
 */
const notYet = [
  'mode',
  'refs',
  'exclude',
  'tags',
  'prune',
  'follow_head',
  'require_approval',
  'keep_days',
] as const

/** The first setting of a task that differs from its default and cannot be carried out, or `undefined`. */
export function unsupportedSetting(task: Pick<SyncTaskRow, (typeof notYet)[number]>): string | undefined {
  return notYet.find((name) => JSON.stringify(task[name]) !== JSON.stringify(syncTaskDefaults[name]))
}
