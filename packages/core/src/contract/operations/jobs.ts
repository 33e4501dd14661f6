import { job, jobQuery } from '../job.ts'
import { exampleJob } from './examples.ts'
import { answers, type OperationGroup } from './operation.ts'
import { idOf } from './path-parameters.ts'

export const jobOperations = {
  name: 'jobs',
  description: 'Work that takes longer than a request: clones.',
  operations: {
    'jobs.list': { summary: 'List jobs, newest first', query: jobQuery, answer: answers(job, exampleJob) },
    'jobs.get': {
      summary: 'Show a job',
      path: idOf('job'),
      answer: answers(job, exampleJob),
      errors: ['JOB_NOT_FOUND'],
    },
    'jobs.cancel': {
      summary: 'Cancel a job',
      description: 'Answers once it has ended; one that is canceled already is answered as it is.',
      path: idOf('job'),
      answer: answers(job, { ...exampleJob, status: 'canceled' }),
      errors: ['JOB_NOT_FOUND', 'JOB_FINISHED'],
    },
  },
} as const satisfies OperationGroup
