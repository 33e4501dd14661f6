import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ServedGitferry } from '../served.ts'

/** From a run that found both sides in step to one that carried a large repository. */
const durationBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800]

/** How runs go, as events tell it and the queue knows it. Answers what takes the listeners off again. */
export function runMetrics(
  gitferry: Pick<ServedGitferry, 'on' | 'queueSize'>,
  registry: Registry,
): (() => void)[] {
  const registers = [registry]
  const total = new Counter({
    name: 'gitferry_runs_total',
    help: 'Runs that have ended.',
    labelNames: ['trigger', 'status'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'gitferry_run_duration_seconds',
    help: 'How long runs took from their start to their end.',
    buckets: durationBuckets,
    registers,
  })
  const lastSuccess = new Gauge({
    name: 'gitferry_task_last_success_timestamp_seconds',
    help: 'When a run of the task last succeeded, since this server was started.',
    labelNames: ['task'] as const,
    registers,
  })
  new Gauge({
    name: 'gitferry_runs_in_progress',
    help: 'Runs that are under way in this process.',
    registers,
    collect() {
      this.set(gitferry.queueSize().running)
    },
  })
  new Gauge({
    name: 'gitferry_queue_depth',
    help: 'Runs that wait to be started.',
    registers,
    collect() {
      this.set(gitferry.queueSize().waiting)
    },
  })
  return [
    gitferry.on('run.finished', ({ run }) => {
      total.inc({ trigger: run.trigger, status: run.status })
      if (run.duration_ms !== null) duration.observe(run.duration_ms / 1_000)
      if (run.status === 'success' && run.finished_at !== null) {
        lastSuccess.set({ task: String(run.task_id) }, Date.parse(run.finished_at) / 1_000)
      }
    }),
    gitferry.on('task.deleted', ({ id }) => lastSuccess.remove({ task: String(id) })),
  ]
}
