import type { Job, JobQuery } from '../job.ts'
import type { Page } from '../page.ts'
import type { CallOptions } from './call-options.ts'

/** Work that takes longer than a request: clones. */
export interface JobsApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: JobQuery, options?: CallOptions): Promise<Page<Job>>
  /** Every job that the query matches, newest first. */
  all(query?: Omit<JobQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<Job>
  /** @throws JOB_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Job>
  /** The job once it has ended. @throws JOB_NOT_FOUND, ABORTED */
  wait(id: number, options?: CallOptions): Promise<Job>
  /**
   * Ends a job and answers it once it has ended and nothing is left of it; one that is canceled already is answered
   * as it is.
   * @throws JOB_NOT_FOUND, JOB_FINISHED when it ended otherwise
   */
  cancel(id: number, options?: CallOptions): Promise<Job>
}
