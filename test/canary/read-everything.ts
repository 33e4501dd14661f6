import type { Stage } from './stage.ts'
import type { Stored } from './story.ts'

/** Asks for everything that a server tells of itself; the answers become evidence. */
export async function readEverything({ recorded }: Stage, { repo, task }: Stored): Promise<void> {
  const { api } = recorded
  const lists = ['ssh-keys', 'credentials', 'host-keys', 'notification/channels', 'notification/deliveries']
  const all = '?page=1&page_size=100'
  for (const list of [...lists, 'repos', 'sync/tasks', 'sync/runs', 'audit/logs']) {
    await recorded.request(`/api/v1/${list}${all}`)
  }
  for (const path of [`repos/${repo}/remotes`, `repos/${repo}/branches`, `repos/${repo}/tags`]) {
    await recorded.request(`/api/v1/${path}${all}`)
  }
  for await (const { id } of api.sync.runs.all()) {
    await api.sync.runs.get(id)
    await api.sync.runs.log(id)
  }
  await api.sync.tasks.get(task)
  for (const path of ['audit/export', 'audit/verify', 'system/version']) {
    await recorded.request(`/api/v1/${path}`)
  }
  for (const page of ['/metrics', '/healthz', '/readyz', '/api/health']) await recorded.request(page)
}
