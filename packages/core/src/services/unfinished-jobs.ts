import type { JobRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** The status of jobs that may still come to something. */
export const unfinished = { status: { in: ['pending', 'running'] } } as const

/** The jobs that wait or are under way; what they are to make and to use is as good as taken. */
export const unfinishedJobs = (session: Pick<StorageSession, 'collection'>): Promise<JobRow[]> =>
  session.collection('jobs').find({ where: unfinished })
