import type { CallOptions, Run, SyncRunsApi } from '@gitferry/core/contract'

/**
 * The run that a server has accepted, with `wait` once it has ended. It is asked for again and again instead of by
 * `?wait=true`: a run may outlast every time limit between the two ends (the platform's fetch, a proxy), and a broken
 * connection must not lose its id.
 */
export async function acceptedRun(
  accepted: Promise<Run>,
  runs: Pick<SyncRunsApi, 'wait'>,
  query: { readonly wait?: boolean } | undefined,
  options: CallOptions | undefined,
): Promise<Run> {
  const run = await accepted
  if (!query?.wait) return run
  const { refs: _, ...ended } = await runs.wait(run.id, options)
  return ended
}
