import assert from 'node:assert/strict'
import type { GitferryEvents } from '../../contract/events.ts'
import type { Job } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { mainToBackup, registerClone } from './records.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** Changes the repository again and again until `heard` is: over HTTP, listening begins a little later. */
async function renameUntil({ api }: ApiSubject, id: number, heard: Promise<unknown>): Promise<string[]> {
  const names: string[] = []
  let over = false
  void heard.then(() => {
    over = true
  })
  while (!over) {
    names.push(`name-${names.length}`)
    await api.repos.update(id, { name: names.at(-1)! })
  }
  return names
}

export const eventRules: ApiRules = {
  'events tell of a run that is asked for here, once it has ended': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const events = api.events('run.finished')
    const next = events.next()
    let heard: IteratorResult<GitferryEvents['run.finished']> | undefined
    void next.then((result) => {
      heard = result
    })
    const runs = []
    while (heard === undefined) runs.push(await api.sync.tasks.run(id, { wait: true }))
    assert.equal(heard.done, false)
    assert.deepEqual(
      heard.value.run,
      runs.find((run) => run.id === heard?.value.run.id),
    )
    await events.return?.()
  },

  'a listener gets each event of its name once and in order, and no other': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const heard: string[] = []
    const first = Promise.withResolvers<void>()
    const off = api.on('repo.updated', ({ repo }) => {
      heard.push(repo.name)
      first.resolve()
    })
    const asked = await renameUntil(subject, id, first.promise)
    await api.repos.register({ path: sandbox.secondBarePath })
    const last = Promise.withResolvers<void>()
    const offLast = api.on('repo.deleted', () => last.resolve())
    for (const name of ['x', 'y', 'z']) await api.repos.update(id, { name })
    while (heard.at(-1) !== 'z') await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(heard, [...asked, 'x', 'y', 'z'].slice(-heard.length))
    off()
    off()
    offLast()
  },

  'a plan that is made is told as it is answered': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const heard = Promise.withResolvers<GitferryEvents['plan.created']>()
    const off = api.on('plan.created', heard.resolve)
    const made: Plan[] = []
    let over = false
    void heard.promise.then(() => {
      over = true
    })
    while (!over) made.push(await api.sync.tasks.plan(id))
    const { plan } = await heard.promise
    assert.deepEqual(
      plan,
      made.find((each) => each.id === plan.id),
    )
    off()
  },

  'a clone is told when it is asked for, when it begins, and when it has ended': async ({ api, sandbox }) => {
    const told: [string, Job][] = []
    const names = ['job.queued', 'job.started', 'job.finished'] as const
    const off = names.map((name) => api.on(name, ({ job }) => told.push([name, job])))
    const toldOf = (id: number) => told.filter(([, job]) => job.id === id)
    // over HTTP, listening begins a little later
    while (!names.every((name) => told.some(([each]) => each === name))) {
      const { id } = await api.repos.clone({ url: sandbox.plainFolderPath })
      await api.jobs.wait(id)
    }
    const { id } = await api.repos.clone({ url: sandbox.originPath })
    const ended = await api.jobs.wait(id)
    while (toldOf(id).at(-1)?.[0] !== 'job.finished') await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(
      toldOf(id).map(([name, { status, repo_id }]) => [name, status, repo_id]),
      [
        ['job.queued', 'pending', null],
        ['job.started', 'running', null],
        ['job.finished', 'success', ended.repo_id],
      ],
    )
    assert.deepEqual(toldOf(id).at(-1)?.[1], ended)
    for (const each of off) each()
  },

  'who has unsubscribed hears nothing more': async (subject) => {
    const { api } = subject
    const { id } = await registerClone(subject)
    const heard = { gone: 0, here: 0 }
    const first = Promise.withResolvers<void>()
    const offGone = api.on('repo.updated', () => {
      heard.gone++
    })
    const off = api.on('repo.updated', () => {
      heard.here++
      first.resolve()
    })
    await renameUntil(subject, id, first.promise)
    offGone()
    const { gone, here } = heard
    await api.repos.update(id, { name: 'last' })
    while (heard.here === here) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(heard.gone, gone)
    off()
  },

  'events end without an error when the signal fires, or their loop is left': async (subject) => {
    const { api } = subject
    const { id } = await registerClone(subject)
    const controller = new AbortController()
    const events = api.events('repo.updated', controller)
    const reading = events.next()
    await renameUntil(subject, id, reading)
    assert.equal((await reading).done, false)
    controller.abort()
    assert.deepEqual(await events.next(), { done: true, value: undefined })
    const early = api.events('repo.updated', { signal: AbortSignal.abort() })
    assert.deepEqual(await early.next(), { done: true, value: undefined })
    const left = api.events('repo.updated')
    const unread = left.next()
    await left.return?.()
    assert.deepEqual(await unread, { done: true, value: undefined })
  },
}
