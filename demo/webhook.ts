import { createHmac } from 'node:crypto'
import { type Stage, shortRange } from './stage.ts'

/** What a forge or a build does: it sends a webhook, signed with the secret that both ends know. */
export async function sendWebhook({ server, task }: Stage, key: string, delivery: string) {
  const body = JSON.stringify({ task_id: task.id })
  const signature = createHmac('sha256', key).update(body).digest('hex')
  const answer = await server.fetch(`${server.url}/api/webhooks/task-sync`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${signature}`,
      'x-github-delivery': delivery,
    },
    body,
  })
  return { status: answer.status, body: await answer.json() }
}

/** A webhook starts a run, if it is signed, and once. */
export async function sendWebhooks(stage: Stage, secret: string): Promise<void> {
  const { gitferry, story } = stage
  const { backup, commit, origin, tipOf } = stage.history
  const send = (key: string, delivery: string) => sendWebhook(stage, key, delivery)

  story.chapter('A signed webhook, and a commit to origin')
  const pushed = await commit(origin, 'main', 'carried over by a webhook')
  const runsBefore = (await gitferry.sync.runs.list()).total
  const refused = await send('a guess', 'delivery-1')
  story.say(`signed with a guess: HTTP ${refused.status}, ${refused.body.error.code}`)
  story.check(
    'a webhook with a wrong signature is refused, and starts nothing',
    refused.status === 401 && (await gitferry.sync.runs.list()).total === runsBefore,
  )
  const taken = await send(secret, 'delivery-1')
  story.say(`signed with the secret: HTTP ${taken.status}, ${JSON.stringify(taken.body)}`)
  const run = await gitferry.sync.runs.wait(taken.body.run_id, { signal: stage.deadline })
  story.say(`run ${run.id}, trigger ${run.trigger}: ${run.status}, ${shortRange(run.commit_range)}`)
  story.check(
    'the signed one carried the commit over',
    (await tipOf(backup)) === pushed && run.trigger === 'webhook',
  )
  const again = await send(secret, 'delivery-1')
  story.check(
    'the same delivery again is answered with the same run',
    again.body.run_id === run.id && again.body.duplicate === true,
  )
}
