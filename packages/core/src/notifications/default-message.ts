import type { TemplateValues } from './template-values.ts'

/** A message as it is read: a title of one line, and a text. */
export interface MessageText {
  readonly title: string
  readonly text: string
}

/** `[成功] 同步任务 main → backup`, as Git Manage Service says it. */
export function defaultTitle(values: TemplateValues): string {
  const { StatusText, TaskName, RepoName, WebhookSource } = values
  const about = TaskName ? `同步任务 ${TaskName}` : RepoName ? `仓库 ${RepoName}` : WebhookSource
  return `[${StatusText}] ${about}`.trimEnd()
}

/** What is said where a channel has no template: one field a line, those without a value left out. */
export function defaultText(values: TemplateValues): string {
  const branches = `${values.SuccessCount}/${values.BranchCount}`
  const fields: readonly (readonly [label: string, value: string])[] = [
    ['事件', values.EventLabel],
    ['任务', values.TaskName],
    ['仓库', values.RepoName],
    ['源', place(values.SourceRemote, values.SourceBranch)],
    ['目标', place(values.TargetRemote, values.TargetBranch)],
    ['分支', values.SyncMode === 'all-branch' && values.BranchCount > 0 ? branches : ''],
    ['提交范围', values.CommitRange],
    ['定时', values.EventType === 'cron_triggered' ? values.CronExpression : ''],
    ['来源', values.WebhookSource],
    ['备份', values.BackupPath],
    ['错误', values.ErrorMessage],
    ['耗时', values.Duration],
    ['时间', values.Timestamp],
  ]
  return fields
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}：${value}`)
    .join('\n')
}

const place = (remote: string, branch: string) => [remote, branch].filter(Boolean).join('/')
