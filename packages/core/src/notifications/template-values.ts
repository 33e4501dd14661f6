import type { NotificationEvent, RepoRow } from '../contract/index.ts'
import type { Occurrence } from './occurrence.ts'

/** The longest value that a message carries, in characters: an error can hold all that a remote said. */
const longest = 2_000
const invisible = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu

interface EventWords {
  readonly label: string
  /** What stands in brackets before the title. */
  readonly text: string
  readonly status: 'success' | 'failure' | 'conflict' | 'partial'
}

const words: Readonly<Record<NotificationEvent, EventWords>> = {
  sync_success: { label: '同步成功', text: '成功', status: 'success' },
  sync_failure: { label: '同步失败', text: '失败', status: 'failure' },
  sync_conflict: { label: '同步冲突', text: '冲突', status: 'conflict' },
  sync_partial: { label: '部分同步', text: '部分成功', status: 'partial' },
  task_paused: { label: '任务已暂停', text: '已暂停', status: 'failure' },
  task_recovered: { label: '任务已恢复', text: '已恢复', status: 'success' },
  webhook_received: { label: '收到 Webhook', text: 'Webhook', status: 'success' },
  webhook_error: { label: 'Webhook 错误', text: 'Webhook 错误', status: 'failure' },
  cron_triggered: { label: '定时触发', text: '定时触发', status: 'success' },
  backup_success: { label: '备份成功', text: '备份成功', status: 'success' },
  backup_failure: { label: '备份失败', text: '备份失败', status: 'failure' },
  key_expiring: { label: '密钥即将过期', text: '密钥即将过期', status: 'failure' },
}

/**
 * What a template can name: the variables of Git Manage Service, under their own names. Text is one line; what does
 * not apply is empty, and so are counts of a run that has none 0.
 */
export interface TemplateValues {
  /** The id by which the API knows the task. */
  readonly TaskKey: string
  readonly TaskName: string
  /** `success`, `failure`, `conflict` or `partial`. */
  readonly Status: string
  readonly StatusText: string
  readonly EventType: string
  readonly EventLabel: string
  readonly SourceRemote: string
  readonly SourceBranch: string
  readonly TargetRemote: string
  readonly TargetBranch: string
  /** The id by which the API knows the repository. */
  readonly RepoKey: string
  readonly RepoName: string
  readonly ErrorMessage: string
  readonly CommitRange: string
  readonly CronExpression: string
  readonly WebhookSource: string
  readonly BackupPath: string
  /** `2006-01-02 15:04:05`, in the task's time zone; without a task in UTC. */
  readonly Timestamp: string
  /** `3.2s` */
  readonly Duration: string
  /** `single` or `all-branch`. */
  readonly SyncMode: string
  readonly BranchCount: number
  readonly SuccessCount: number
  readonly FailedCount: number
}

/** Takes from an occurrence what templates can name; `now` in ms since 1970. */
export function templateValues(
  { event, task, run, source = '', error }: Occurrence,
  { repo, now }: { readonly repo?: RepoRow | undefined; readonly now: number },
): TemplateValues {
  const { label, text, status } = words[event]
  return {
    TaskKey: oneLine(task?.id),
    TaskName: oneLine(task?.name),
    Status: status,
    StatusText: text,
    EventType: event,
    EventLabel: label,
    SourceRemote: oneLine(task?.source_remote),
    SourceBranch: oneLine(task?.source_branch),
    TargetRemote: oneLine(task?.target_remote),
    TargetBranch: oneLine(task?.target_branch),
    RepoKey: oneLine(repo?.id),
    RepoName: oneLine(repo?.name),
    ErrorMessage: oneLine(error ?? run?.error_message),
    CommitRange: oneLine(run?.commit_range),
    CronExpression: oneLine(task?.cron_expression),
    WebhookSource: oneLine(source),
    BackupPath: '',
    Timestamp: timestamp(now, task?.timezone),
    Duration: run?.duration_ms == null ? '' : `${(run.duration_ms / 1_000).toFixed(1)}s`,
    SyncMode: task === undefined ? '' : task.mode === 'mirror' ? 'all-branch' : 'single',
    BranchCount: run?.refs_total ?? 0,
    SuccessCount: (run?.refs_total ?? 0) - (run?.refs_failed ?? 0),
    FailedCount: run?.refs_failed ?? 0,
  }
}

/** A line break in a value could pass for a further field; what hides or reorders text has no place in a message. */
function oneLine(value: string | number | null | undefined): string {
  const text = String(value ?? '').replace(invisible, ' ')
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text
}

function timestamp(now: number, timeZone = 'UTC'): string {
  try {
    // Swedish writes the date as ISO does
    return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(now)
  } catch {
    // a zone that this machine does not know: the task runs by another node
    return timestamp(now)
  }
}
