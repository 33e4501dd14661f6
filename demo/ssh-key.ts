import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Neighbours } from './neighbours.ts'
import type { Stage } from './stage.ts'

/** A key that gitferry makes, a server that comes to know it, and a run that pushes there. */
export async function pushOverSsh(stage: Stage, neighbours: Neighbours): Promise<void> {
  const { deadline, gitferry, repo, story } = stage
  const { origin, root, tipOf, vault } = stage.history
  const { hostFingerprint, sshServer } = neighbours

  story.chapter(`An SSH key, and a real ssh server on port ${sshServer.port}`)
  const key = await gitferry.keys.generate({ name: 'vault' })
  story.say(`made ${key.type} ${key.fingerprint}`)
  const url = `ssh://git@127.0.0.1:${sshServer.port}${vault}`
  const remote = { name: 'vault', fetch_url: url, ssh_key_id: key.id }
  await gitferry.repos.remotes.add(repo.id, remote)
  const stranger = await gitferry.repos.remotes.test(repo.id, 'vault', { signal: deadline })
  if (stranger.error_code === 'GIT_MISSING') return story.say(`left out: ${stranger.message}`)
  story.check(
    'a server that does not know the key refuses it, and the answer says so',
    !stranger.success && stranger.error_code === 'GIT_AUTH_FAILED',
  )

  neighbours.authorize(key)
  story.say('its public half goes to the server’s authorized_keys')
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'vault',
  })
  await stage.follow((await gitferry.sync.tasks.run(task.id)).id)
  story.check('vault/main is origin/main', (await tipOf(vault)) === (await tipOf(origin)))
  story.check(
    'the server was offered that key and no other',
    sshServer.offered.length > 0 && sshServer.offered.every((offered) => offered === key.fingerprint),
  )
  const { items: known } = await gitferry.hostKeys.list()
  story.check(
    'the server is known by its own key from now on',
    known.length === 1 && known[0]?.fingerprint === hostFingerprint,
  )
  story.check(
    'no file of the data directory holds a private key in the open',
    !(await isAnywhere('PRIVATE KEY', join(root, 'data'))),
  )
}

async function isAnywhere(text: string, folder: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((each) => each.isFile())) {
    if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) return true
  }
  return false
}
