import { beforeEach, describe, expect, it } from 'vitest'
import type { RunRow, RunStatus, RunWithRefs } from '../../src/contract/index.ts'
import type { AuditDraft } from '../../src/services/audit-log.ts'
import { type CancelRunContext, cancelRun } from '../../src/services/cancel-run.ts'

let status: RunStatus
let steps: string[]
let attempt: 'succeeded' | 'failed' | undefined
/** What happens to the run between a look at it and the step that follows. */
let meanwhile: Record<string, () => void>

const step = (name: string) => {
  steps.push(name)
  meanwhile[name]?.()
  delete meanwhile[name]
}

const draft: AuditDraft = {
  note: () => {},
  begin: async () => {},
  doubt: () => {},
  write: async () => void steps.push('entry'),
}

const context = {
  storage: { collection: () => ({ get: async () => ({ id: 7, task_id: 1, status, attempt: 1 }) }) },
  audit: {
    recoverRun: async () => {},
    attempt: async (_who: unknown, _what: unknown, work: (draft: AuditDraft) => Promise<unknown>) => {
      const worked = work(draft)
      await worked.then(
        () => {
          attempt = 'succeeded'
        },
        () => {
          attempt = 'failed'
        },
      )
      return worked
    },
  },
  queue: {
    cancel: async () => {
      step('queue')
      return status === 'running'
    },
  },
  recorder: {
    cancelUnworked: async (run: RunRow, beside: (session: never) => Promise<void>) => {
      step('storage')
      if (run.status !== status) return false
      status = 'canceled'
      await beside(undefined as never)
      return true
    },
  },
  waiter: {
    wait: async () => {
      if (status === 'running') status = 'canceled'
      return { id: 7, status } as RunWithRefs
    },
  },
} as unknown as CancelRunContext

beforeEach(() => {
  steps = []
  attempt = undefined
  meanwhile = {}
})

describe('canceling', () => {
  it('a waiting run ends it in the storage, then takes it out of the queue', async () => {
    status = 'pending'
    expect((await cancelRun(7, context)).status).toBe('canceled')
    expect(steps).toEqual(['storage', 'entry', 'queue'])
  })

  it('a waiting run has succeeded with its entry, whatever fails afterwards', async () => {
    status = 'pending'
    meanwhile.queue = () => {
      throw new Error('the queue is down')
    }
    await expect(cancelRun(7, context)).rejects.toThrow('the queue is down')
    expect(steps).toEqual(['storage', 'entry', 'queue'])
    expect(attempt).toBe('succeeded')
  })

  it('a run under way asks the queue', async () => {
    status = 'running'
    expect((await cancelRun(7, context)).status).toBe('canceled')
    expect(steps).toEqual(['queue'])
  })

  it('a waiting run that is begun meanwhile asks the queue after all', async () => {
    status = 'pending'
    meanwhile.storage = () => {
      status = 'running'
    }
    expect((await cancelRun(7, context)).status).toBe('canceled')
    expect(steps).toEqual(['storage', 'queue'])
  })

  it('a run that is put back meanwhile ends in the storage after all', async () => {
    status = 'running'
    meanwhile.queue = () => {
      status = 'pending'
    }
    expect((await cancelRun(7, context)).status).toBe('canceled')
    expect(steps).toEqual(['queue', 'storage', 'storage', 'entry', 'queue'])
  })

  it.each(['success', 'conflict', 'failed', 'partial'] as const)(
    'a run that ends meanwhile as %s is refused',
    async (ended) => {
      for (const [at, before] of [
        ['queue', 'running'],
        ['storage', 'pending'],
      ] as const) {
        status = before
        meanwhile[at] = () => {
          status = ended
        }
        await expect(cancelRun(7, context)).rejects.toMatchObject({
          code: 'RUN_FINISHED',
          status: 409,
          details: { id: 7, status: ended },
        })
        expect(status).toBe(ended)
      }
      expect(steps).not.toContain('entry')
    },
  )
})
