import assert from 'node:assert/strict'
import type { NotificationMessage } from '../../ports/index.ts'
import type { NotifierCase } from './notifier-case.ts'
import type { MakeNotifierSubject } from './notifier-subject.ts'

const now = 1_700_000_000_004

const example: NotificationMessage = {
  event: 'sync_failure',
  title: '[失败] 同步任务 main-to-backup',
  text: '任务：main-to-backup\n错误：The remote "backup" cannot be reached.',
  id: 'gitferry-delivery-1',
}

/** Runs one case on a notifier of its own. */
export async function runNotifierCase(
  { run }: NotifierCase,
  makeSubject: MakeNotifierSubject,
): Promise<void> {
  const subject = makeSubject()
  const { adapter } = subject
  await run({
    subject,
    async send(answer, { signal = new AbortController().signal, message = example } = {}) {
      const parsed = adapter.parseConfig(subject.config)
      assert.ok(parsed.ok, 'the config of the subject is refused')
      const fetch =
        typeof answer === 'function'
          ? answer
          : async () => new Response(answer.body, { status: answer.status, headers: { ...answer.headers } })
      const sending = adapter.send(message, parsed.config, { signal, now, fetch })
      return sending.catch((error: unknown) => assert.fail(`send() threw: ${error}`))
    },
  })
}
