/**
 * Remotes kept in step, end to end: a real origin, empty targets, the real server, the typed client. Every
 * claim is checked from outside, with plain git, plain HTTP and plain SQL; exits 1 if one does not hold.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@gitferry/client'
import { checkedFetch } from '../test/checked-fetch.ts'
import { cloneByJob } from './clone.ts'
import { readDescription } from './description.ts'
import { diverge } from './divergence.ts'
import { makeHistory } from './history.ts'
import { hostRepository } from './hosted.ts'
import { overwriteAndRestore } from './kept.ts'
import { mirrorEverything } from './mirror.ts'
import { startNeighbours } from './neighbours.ts'
import { pauseAndResume } from './pause.ts'
import { readRecord } from './record.ts'
import { startServer } from './server.ts'
import { pushOverSsh } from './ssh-key.ts'
import { Stage } from './stage.ts'
import { Story } from './story.ts'
import { keepInStep } from './sync.ts'
import { sendWebhooks } from './webhook.ts'

const began = performance.now()
const story = new Story({ color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined })
const deadline = AbortSignal.timeout(55_000)

story.chapter('Git remotes, made by plain git')
await using history = await makeHistory()
const { clone, git, origin, root } = history
const cloned = await git(clone, 'rev-parse', 'HEAD')
const commits = await git(origin, 'rev-list', '--all', '--count')
const branches = (await git(origin, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n')
const tags = (await git(origin, 'for-each-ref', '--format=%(refname:short)', 'refs/tags')).split('\n')
story.say(`origin  ${commits} commits, branches ${branches.join(', ')}, tags ${tags.join(', ')}`)
story.say('backup  empty')
story.say('vault   empty, reached by ssh')
story.say('mirror  empty, reached by http')
story.say('project a clone that knows origin and backup as remotes')

{
  await using neighbours = await startNeighbours(root)
  const webhookSecret = randomBytes(32).toString('hex')
  const webhookSecretFile = join(root, 'webhook-secret')
  await writeFile(webhookSecretFile, webhookSecret, { mode: 0o600 })
  await using server = await startServer({
    dataDir: join(root, 'data'),
    repoRoot: root,
    webhookSecretFile,
    allowOutgoing: neighbours.places,
  })

  story.chapter(`gitferry serve, on ${server.url}`)
  const checked = checkedFetch()
  const gitferry = createClient({ baseUrl: server.url, fetch: checked.fetch })
  const { version } = await gitferry.system.version({ signal: deadline })
  story.say(`${version}, SQLite in the data directory`)
  const repo = await gitferry.repos.register({ path: clone })
  story.say(
    `registered "${repo.name}", on ${repo.current_branch}, remotes ${repo.remotes.map((r) => r.name).join(', ')}`,
  )
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_remote: 'origin',
    source_branch: 'main',
    target_remote: 'backup',
  })
  story.say(`task "${task.name}", when they diverge: ${task.on_diverge}`)

  const stage = new Stage({
    story,
    gitferry,
    history,
    repo,
    task,
    server: { url: server.url, fetch: checked.fetch },
    deadline,
  })
  await keepInStep(stage)
  await sendWebhooks(stage, webhookSecret)
  await pauseAndResume(stage, webhookSecret)
  await pushOverSsh(stage, neighbours)
  await diverge(stage, neighbours)
  const mirror = await mirrorEverything(stage, neighbours)
  await overwriteAndRestore(stage, mirror)
  await cloneByJob(stage)
  await hostRepository(stage)
  await readRecord(stage)
  await readDescription(stage)

  story.chapter('The end')
  const head = await git(clone, 'rev-parse', 'HEAD')
  story.check(
    'the clone itself was never touched',
    (await git(clone, 'status', '--porcelain')) === '' && head === cloned,
  )
  story.check('every answer of the server was as openapi.json describes it', checked.problems.length === 0)
  story.check('the server stops cleanly on SIGTERM', (await server.stop()) === 0)
}
process.exitCode = story.end((performance.now() - began) / 1000) ? 0 : 1
