import { z } from 'zod'
import { runLogEventData } from '../events.ts'
import { restoreRefs } from '../kept-ref.ts'
import { run, runQuery, runWithRefs } from '../run.ts'
import { remoteErrors } from './common-errors.ts'
import { examplePendingRun, exampleRun, exampleRunWithRefs } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofRun = idOf('run')
const logLine = z.int().min(1)

export const syncRunOperations = {
  name: 'sync runs',
  description: 'Executions of sync tasks: what triggered them, what became of every ref, and their logs.',
  operations: {
    'sync.runs.list': {
      summary: 'List runs, newest first',
      query: runQuery,
      answer: answers(run, exampleRun),
    },
    'sync.runs.get': {
      summary: 'Show a run, with what became of every ref',
      path: ofRun,
      answer: answers(runWithRefs, exampleRunWithRefs),
      errors: ['RUN_NOT_FOUND'],
    },
    'sync.runs.log': {
      summary: 'Read the log of a run, or follow it',
      description:
        'Plain text unless the caller accepts `text/event-stream`. The stream tells the stored lines, then each further one as it is written, and ends with the run. One that is cut off resumes after the line of `Last-Event-ID`.',
      path: ofRun,
      query: z.object({
        after: logLine.optional().describe('A line’s id: the stream tells only later ones'),
      }),
      headers: { 'Last-Event-ID': logLine.optional().describe('As `after`, which it overrules') },
      answer: {
        texts: {
          'text/plain': {
            description: 'The log so far: one line a step, each with its time, oldest first',
            example: '2026-01-02T03:04:05.678Z listing origin and backup\n',
          },
          'text/event-stream': {
            description:
              'Events `log` (`id`, `at`, `text`), `status` (`status`), and at last `end` (`status`)',
            events: runLogEventData,
            example:
              'event: log\ndata: {"id":1,"at":"2026-01-02T03:04:05.678Z","text":"listing origin and backup"}\nid: 1\n\nevent: end\ndata: {"status":"success"}\n\n',
          },
        },
      },
      errors: ['RUN_NOT_FOUND'],
    },
    'sync.runs.cancel': {
      summary: 'Cancel a run',
      description: 'Answers once it has ended; one that is canceled already is answered as it is.',
      path: ofRun,
      answer: answers(runWithRefs, { ...exampleRunWithRefs, status: 'canceled', refs: [] }),
      errors: ['RUN_NOT_FOUND', 'RUN_FINISHED'],
    },
    'sync.runs.retry': {
      summary: 'Run the task of an ended run once more',
      path: ofRun,
      answer: answers(run, { ...examplePendingRun, id: 8, trigger: 'retry' }),
      errors: ['RUN_NOT_FOUND', 'RUN_NOT_FINISHED', 'TASK_NOT_FOUND'],
    },
    'sync.runs.restore': {
      summary: 'Put back what a run has overwritten or deleted',
      description:
        'Asks for a run that does it, and pauses the task, whose next run would overwrite it again. Where the target moved on since, it is refused unless `overwrite`. What the target has now is kept in its turn.',
      path: ofRun,
      query: z.object({
        wait: z.boolean().optional().describe('Answers when the run has ended; how is in `status`'),
      }),
      body: sends(restoreRefs, { refs: ['refs/heads/main'] }),
      answer: answers(run, { ...examplePendingRun, id: 9, plan_id: 3 }),
      errors: [
        ...remoteErrors,
        'RUN_NOT_FOUND',
        'KEPT_REF_NOT_FOUND',
        'RESTORE_REFUSED',
        'REPO_NOT_FOUND',
        'SAME_REF',
        'REF_INVALID',
        'TASK_NOT_FOUND',
      ],
    },
  },
} as const satisfies OperationGroup
