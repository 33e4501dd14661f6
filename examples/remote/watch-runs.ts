import { createClient } from '@gitferry/client'

/**
 * What that service's dashboard does: it hears of every run that ends, also of those that a schedule or a webhook
 * started. Answers what ends it.
 */
export function watchRuns({
  server,
  say,
}: {
  readonly server: string
  readonly say: (line: string) => void
}): () => void {
  const gitferry = createClient({ baseUrl: server })
  return gitferry.on('run.finished', ({ run }) => {
    say(`run ${run.id} (${run.trigger}): ${run.status} ${run.commit_range || run.error_message || 'in step'}`)
  })
}
