import { describe, expect, it } from 'vitest'
import type { RunRow, SyncTaskRow } from '../../src/contract/index.ts'
import {
  composeMessage,
  exampleOccurrence,
  exampleRepo,
  exampleValues,
  runOccurrences,
} from '../../src/notifications/index.ts'

const now = Date.parse('2026-01-01T16:30:05.000Z')
const facts = { repo: exampleRepo, now, template: null }
const example = exampleOccurrence('sync_success')
const task = example.task!
const run = example.run!

describe('the default message', () => {
  it('of a success has a field a line', () => {
    expect(composeMessage(example, facts)).toEqual({
      title: '[成功] 同步任务 main-to-backup',
      text: [
        '事件：同步成功',
        '任务：main-to-backup',
        '仓库：my-project',
        '源：origin/main',
        '目标：backup/main',
        `提交范围：${run.commit_range}`,
        '耗时：3.2s',
        '时间：2026-01-01 16:30:05',
      ].join('\n'),
    })
  })

  it.each([
    ['sync_failure', '[失败] 同步任务 main-to-backup', '错误：The remote "backup" cannot be reached.'],
    ['sync_conflict', '[冲突] 同步任务 main-to-backup', '错误：Source and target have diverged.'],
    ['sync_partial', '[部分成功] 同步任务 main-to-backup', '事件：部分同步'],
    ['task_paused', '[已暂停] 同步任务 main-to-backup', '事件：任务已暂停'],
    ['task_recovered', '[已恢复] 同步任务 main-to-backup', '事件：任务已恢复'],
    ['cron_triggered', '[定时触发] 同步任务 main-to-backup', '定时：0 */2 * * *'],
    ['webhook_received', '[Webhook] 同步任务 main-to-backup', '来源：github'],
    ['webhook_error', '[Webhook 错误] 同步任务 main-to-backup', '来源：github'],
  ] as const)('of %s says %j', (event, title, line) => {
    const message = composeMessage(exampleOccurrence(event), facts)
    expect(message.title).toBe(title)
    expect(message.text.split('\n')).toContain(line)
  })

  it('of a webhook without a task names where it came from', () => {
    const message = composeMessage(
      { event: 'webhook_error', source: 'gitlab', error: 'bad signature' },
      facts,
    )
    expect(message.title).toBe('[Webhook 错误] 仓库 my-project')
    const bare = { ...facts, repo: undefined }
    expect(composeMessage({ event: 'webhook_error', source: 'gitlab' }, bare).title).toBe(
      '[Webhook 错误] gitlab',
    )
  })

  it('tells the time of the task’s zone, and UTC where this machine does not know it', () => {
    const inZone = (timezone: string) =>
      composeMessage({ ...example, task: { ...task, timezone } }, { ...facts, template: '{{ Timestamp }}' })
        .text
    expect(inZone('Asia/Shanghai')).toBe('2026-01-02 00:30:05')
    expect(inZone('Mars/Olympus')).toBe('2026-01-01 16:30:05')
  })
})

describe('a value in a message', () => {
  const withError = (error: string) =>
    composeMessage({ ...example, error }, { ...facts, template: '{{ErrorMessage}}' })

  it('cannot begin a line of its own, colour or turn the text round', () => {
    expect(withError('a\r\n任务：forged\u001b[31m\u202eb\u2028c\ud800').text).toBe('a 任务：forged [31m b c')
  })

  it('is cut after 2,000 characters', () => {
    expect(withError('😀'.repeat(5_000)).text.length).toBeLessThanOrEqual(2_001)
  })

  it('that is counted is a number to a template', () => {
    const twoOfThree = { ...run, refs_total: 3, refs_failed: 1 }
    const template = '{{ SuccessCount }}/{{ BranchCount }}{% if FailedCount > 0 %}!{% endif %}'
    expect(composeMessage({ ...example, run: twoOfThree }, { ...facts, template }).text).toBe('2/3!')
  })

  it('of every variable is there for every event', () => {
    const names = exampleValues(now).map((values) => Object.keys(values).join())
    expect(new Set(names).size).toBe(1)
  })
})

describe('a template that does not work for an occurrence', () => {
  it('gives way to the default text when it fails', () => {
    const message = composeMessage(example, { ...facts, template: '{{ TaskName | nope }}' })
    expect(message.text).toContain('任务：main-to-backup')
    expect(message.problem).toMatchObject({ code: 'TEMPLATE_INVALID' })
  })

  it('gives way to the default text when it prints nothing', () => {
    const message = composeMessage(example, { ...facts, template: '{{ ErrorMessage }}' })
    expect(message.text).toContain('任务：main-to-backup')
    expect(message.problem).toBeUndefined()
  })
})

describe('what the end of a run is told as', () => {
  const told = (before: Partial<SyncTaskRow>, after: Partial<SyncTaskRow>, status: RunRow['status']) =>
    runOccurrences({ ...task, ...before }, { ...task, ...before, ...after }, { ...run, status }).map(
      ({ event }) => event,
    )

  it.each([
    ['success', 'sync_success'],
    ['failed', 'sync_failure'],
    ['conflict', 'sync_conflict'],
    ['partial', 'sync_partial'],
  ] as const)('%s is %s', (status, event) => {
    expect(told({}, {}, status)).toEqual([event])
  })

  it('a canceled run is nothing to tell', () => {
    expect(told({ failure_count: 3 }, {}, 'canceled')).toEqual([])
  })

  it('the failure that pauses a task is two', () => {
    const paused = { paused_at: '2026-01-01T00:00:00.000Z', paused_reason: '10 failures in a row' }
    expect(told({}, paused, 'failed')).toEqual(['sync_failure', 'task_paused'])
    expect(told(paused, {}, 'failed')).toEqual(['sync_failure'])
  })

  it.each([
    ['failures', { failure_count: 2 }],
    ['a pause', { paused_at: '2026-01-01T00:00:00.000Z', failure_count: 10 }],
    ['a pause that a person ended', { last_status: 'failed' }],
    ['a conflict', { last_status: 'conflict' }],
    ['a partial success', { last_status: 'partial' }],
  ] as const)('a success after %s is a recovery as well', (_, before) => {
    expect(told(before, { failure_count: 0 }, 'success')).toEqual(['sync_success', 'task_recovered'])
    expect(told(before, {}, 'failed')).toEqual(['sync_failure'])
  })

  it('a success of a task that somebody paused is none', () => {
    const paused = { paused_at: '2026-01-01T00:00:00.000Z', paused_reason: 'paused by alice' }
    expect(told({ ...paused, last_status: 'success' }, {}, 'success')).toEqual(['sync_success'])
  })

  it('a success after a success is none', () => {
    expect(told({ last_status: 'success' }, {}, 'success')).toEqual(['sync_success'])
  })
})
