import { readUntil } from './event-stream.ts'
import type { Stage } from './stage.ts'

/** What the server says of itself, and of what happens. */
export async function readDescription({ deadline, gitferry, server, story, task }: Stage): Promise<void> {
  const get = async (path: string) => {
    const answer = await server.fetch(`${server.url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }

  story.chapter('What the server says of itself')
  const { openapi, paths } = JSON.parse((await get('/api/openapi.json')).text)
  story.check(
    `/api/openapi.json is OpenAPI ${openapi}, ${Object.keys(paths).length} paths`,
    openapi.startsWith('3.1.') && '/api/webhooks/task-sync' in paths,
  )
  story.check('/api/docs shows it as a page', (await get('/api/docs')).text.includes('swagger-ui'))
  // once it has answered it listens
  const events = await server.fetch(`${server.url}/api/v1/events?names=run.finished`, { signal: deadline })
  const { id } = await gitferry.sync.tasks.run(task.id)
  const told = await readUntil(events, 'event: run.finished')
  story.check('/api/v1/events tells when a run has ended', told.includes(`"id":${id},`))
  const ready = await get('/readyz')
  story.check('/readyz says ready', ready.status === 200 && JSON.parse(ready.text).status === 'ready')
  const metrics = (await get('/metrics')).text.split('\n')
  const counted = metrics.filter((line) => line.startsWith('gitferry_runs_total{'))
  for (const line of counted) story.quote(line)
  story.check(
    '/metrics has counted the runs, by trigger and status',
    ['manual', 'cron', 'webhook'].every((trigger) => counted.some((line) => line.includes(`"${trigger}"`))),
  )
}
