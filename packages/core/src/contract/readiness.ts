import { z } from 'zod'

const check = z.enum(['ok', 'failing'])

/** Whether gitferry can do its work now, and which part it waits for. */
export const readiness = z
  .object({
    status: z
      .enum(['ready', 'failing', 'starting', 'stopping'])
      .describe('failing: it is started, but a part does not answer; starting: it is not started yet'),
    checks: z.object({
      storage: check.describe('Whether the storage answers'),
      git: check.describe('Whether the git binary is there and may be started'),
      scheduler: check.describe('Whether schedules are looked at'),
    }),
  })
  .meta({ id: 'Readiness' })

export type Readiness = z.output<typeof readiness>
