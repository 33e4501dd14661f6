import * as fs from 'node:fs/promises'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../src/runtime/options.ts'
import { createParts } from '../../src/runtime/parts.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from '../git/fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'

let sandbox: GitSandbox
let parts: ReturnType<typeof createParts>
beforeEach(async () => {
  sandbox = createGitSandbox()
  const options = { storage: memoryStorage(), dataDir: sandbox.path('data'), repoRoots: [sandbox.dir] }
  parts = createParts(resolveOptions(options), fs)
  parts.context.runner.use(runnerIn(sandbox.dir))
  await parts.context.storage.open()
})
afterEach(async () => {
  await parts.context.keptExpiry.close()
  await parts.context.storage.close()
  sandbox.dispose()
})

it('the housekeeping of the scheduler removes plans that nothing can be done with', async () => {
  const plans = parts.context.storage.collection('plans')
  await plans.insert({
    ...{ task_id: 7, repo_id: 1, target_repo_id: 1, kind: 'sync', status: 'open', updates: [], run_id: null },
    ...{ stopped_code: null, stopped_reason: null, applied_by_run_id: null, kept_run_id: null },
    created_at: new Date().toISOString(),
  })
  parts.scheduler.start()
  await parts.scheduler.stop()
  expect(await plans.count()).toBe(0)
})

it('a store that is set aside as damaged has the kept store of its repository checked', async () => {
  const asked = vi.spyOn(parts.storeCare, 'checkKept')
  const path = sandbox.bare('repo')
  const repo = { uuid, git_dir: path, common_dir: path, object_format: 'sha1' } as const
  const store = await parts.context.stores.open(repo)
  await fs.rm(`${store.path}/HEAD`)
  expect(asked).not.toHaveBeenCalled()
  await parts.context.stores.open(repo)
  expect(asked.mock.calls).toEqual([[uuid]])
})
