import { readUntil } from './event-stream.ts'
import type { Stage } from './stage.ts'

/** A repository that gitferry hosts, cloned while somebody watches. */
export async function cloneByJob({ deadline, gitferry, history, server, story }: Stage): Promise<void> {
  const { git, origin, refsOf } = history

  story.chapter('A clone: a job with progress, and a repository that gitferry hosts')
  const events = await server.fetch(`${server.url}/api/v1/events?names=job.*`, { signal: deadline })
  const asked = await gitferry.repos.clone({ url: origin, name: 'hosted' })
  story.say(`job ${asked.id}, asked for: ${asked.status}`)
  const told = await readUntil(events, 'event: job.finished')
  const steps = [...told.matchAll(/^event: job\.progress\ndata: (.*)$/gm)].map(([, data]) =>
    JSON.parse(data!),
  )
  const stages = new Set(steps.map(({ stage }) => stage))
  for (const name of stages) {
    const percents = steps.filter(({ stage }) => stage === name).map(({ percent }) => percent ?? '?')
    story.quote(`${name}: ${percents.slice(0, 3).join(' %, ')} … ${percents.at(-1)} %`)
  }
  story.check('its progress was told while it went on', stages.has('Receiving objects'))
  const job = await gitferry.jobs.wait(asked.id, { signal: deadline })
  const hosted = await gitferry.repos.get(job.repo_id ?? 0)
  story.say(`job ${job.id}: ${job.status}; ${hosted.path}`)
  story.check(
    'it has every branch and tag of origin, and git fsck says nothing',
    hosted.is_hosted &&
      (await refsOf(hosted.path)) === (await refsOf(origin)) &&
      (await git(hosted.path, 'fsck', '--full', '--strict')) === '',
  )
}
