import { z } from 'zod'
import { eventData } from '../events.ts'
import { health, version } from '../version.ts'
import { answers, type OperationGroup } from './operation.ts'

export const systemOperations = {
  name: 'system',
  description: 'What runs here, and what happens.',
  operations: {
    events: {
      summary: 'Follow what happens, as it happens',
      withoutStorage: true,
      description:
        'Begins with the event `listening`; from then on nothing is missed. Ends with `end` when the server stops. Nothing is repeated to a caller that comes back.',
      query: z.object({
        names: z
          .string()
          .optional()
          .describe(
            'Only these events, separated by commas; `run.*` stands for all that begin so. Absent: all',
          ),
      }),
      answer: {
        texts: {
          'text/event-stream': {
            description: 'Each event by its name, its data in JSON',
            events: { listening: z.object({}), ...eventData, end: z.object({}) },
            example: 'event: listening\ndata: {}\n\nevent: repo.deleted\ndata: {"id":1}\n\n',
          },
        },
      },
    },
    'system.health': {
      summary: 'Say that the server is up',
      withoutStorage: true,
      answer: { schema: health, example: { status: 'ok' }, bare: true },
    },
    'system.version': {
      summary: 'Say what runs here',
      withoutStorage: true,
      answer: answers(version, {
        version: 'v0.7.2',
        build_time: '2024-01-01T00:00:00Z',
        git_commit: 'abc123',
      }),
    },
  },
} as const satisfies OperationGroup
