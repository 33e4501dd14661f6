import { expect, it } from 'vitest'
import { keyWorld } from '../services/key-world.ts'

it('a caller who has the remotes of their repository read again leaves the credential of another as it is', async () => {
  await using world = await keyWorld()
  const { api, sandbox, storage } = world
  const url = (password: string) => `https://ana:${password}@git.example/site.git`
  sandbox.git(sandbox.clonePath, 'remote', 'add', 'cloud', url('first'))
  const mine = await api.repos.register({ path: sandbox.clonePath })
  const cloud = mine.remotes.find(({ name }) => name === 'cloud')
  const theirs = await api.repos.register({ path: sandbox.secondBarePath })
  await api.repos.update(theirs.id, { credential_id: cloud?.credential_id ?? null })
  const [shared] = await storage.collection('credentials').find()
  sandbox.git(sandbox.clonePath, 'remote', 'set-url', 'cloud', url('second'))
  const caller = api.as({ user: 'of mine', scope: 'write', repoIds: [mine.id] })
  const input = { repo_id: mine.id, source_branch: 'main', target_remote: 'local', target_branch: 'x' }
  await expect(caller.sync.tasks.create({ ...input, source_remote: 'nowhere' })).rejects.toMatchObject({
    code: 'REMOTE_UNKNOWN',
  })
  expect(await storage.collection('credentials').find()).toMatchObject([
    shared!,
    { name: `${mine.name}/cloud 2`, source: 'url' },
  ])
  expect(await storage.collection('repos').get(theirs.id)).toMatchObject({ credential_id: shared!.id })
})
