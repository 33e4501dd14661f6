import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { InProcessQueue } from '../../src/runtime/in-process-queue.ts'
import { queueDefects } from '../../src/testing/queue/defects/index.ts'
import { queueThemes, runQueueCase } from '../../src/testing/queue/index.ts'

describe('the queue suite finds what is wrong', () => {
  for (const [theme, cases] of Object.entries(queueThemes)) {
    describe(theme, () => {
      for (const [rule, queueCase] of Object.entries(cases)) {
        it(`${rule}, but: ${queueCase.defect}`, async () => {
          const defect = queueDefects[theme]?.[rule]
          const outcome = runQueueCase(queueCase, async ({ concurrency, perHost, logger }) => {
            const right = new InProcessQueue({ concurrency, perHost, logger })
            return {
              adapter: defect!(right),
              patienceMs: 50,
              dispose: () => right.stop({ timeoutMs: 0 }),
            }
          })
          await expect(outcome).rejects.toThrow(AssertionError)
        })
      }
    })
  }

  it('has a defect for every case, and a case for every defect', () => {
    const rules = (themes: Readonly<Record<string, object>>) =>
      Object.fromEntries(Object.entries(themes).map(([theme, cases]) => [theme, Object.keys(cases)]))
    expect(rules(queueDefects)).toEqual(rules(queueThemes))
  })
})
