import { expect, it } from 'vitest'
import type { JobRow } from '../../src/contract/index.ts'
import { silentLogger } from '../../src/ports/index.ts'
import { Cloner } from '../../src/services/cloner.ts'

const input = {
  uuid: '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab',
  path: null,
  branch: null,
  ssh_key_id: null,
  credential_id: null,
  taken_credential_id: null,
  timeout_ms: 60_000,
}

/** A cloner whose storage does not answer. */
function broken(warnings: unknown[]): Cloner {
  const logger = { ...silentLogger, warn: (_: string, fields: unknown) => void warnings.push(fields) }
  const error = new Error('no storage')
  const storage = {
    collection() {
      throw error
    },
  }
  const context = { storage, logger, settings: { dataDir: '/nowhere' } }
  return new Cloner(context as unknown as ConstructorParameters<typeof Cloner>[0])
}

it('a clean-up that fails is logged with its job, and hides no other failure', async () => {
  const warnings: unknown[] = []
  await broken(warnings).discard({ id: 3, input } as unknown as JobRow)
  expect(warnings).toEqual([{ job_id: 3, error: expect.objectContaining({ message: 'no storage' }) }])
})

it('what a job that cannot be read may have left is left, with a word in the log', async () => {
  const warnings: unknown[] = []
  await broken(warnings).sweep({ id: 4, input: {} } as unknown as JobRow)
  expect(warnings).toEqual([{ job_id: 4, error: expect.objectContaining({ code: 'INTERNAL' }) }])
})
