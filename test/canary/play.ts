import type { ChannelTest, RemoteTest, RunWithRefs } from '@gitferry/core'
import { makeKey } from '../ssh-git-server.ts'
import { badInputs, sendBadRequests } from './bad-inputs.ts'
import { readEverything } from './read-everything.ts'
import { filesBelow } from './seen-files.ts'
import { type SignedIn, signIn } from './sign-in.ts'
import type { Stage } from './stage.ts'
import { carry, deadPlace, httpOrigin, postWebhook, runTask, type Stored, sshUrl, store } from './story.ts'
import { tableValues } from './table-values.ts'

/** How everything went, for a test to say how it should have gone. */
export interface Played {
  readonly stored: Stored
  readonly tests: readonly (RemoteTest | ChannelTest)[]
  readonly refusedTests: readonly (RemoteTest | ChannelTest)[]
  readonly successes: readonly RunWithRefs[]
  readonly failures: Readonly<
    Record<'key' | 'hostKey' | 'password' | 'echoing' | 'dead' | 'deadSsh', RunWithRefs>
  >
  /** Of webhooks: signed rightly, and wrongly. */
  readonly webhooks: readonly number[]
  /** What was refused, with the code that it should have been refused with. */
  readonly refusals: readonly { readonly what: string; readonly code: string; readonly expected: string }[]
  readonly badRequests: readonly number[]
  readonly exitCode: number | NodeJS.Signals
  readonly signedIn: SignedIn
}

/** Uses every secret, rightly and wrongly, then ends the server; what was seen meanwhile is in the evidence. */
export async function play(stage: Stage): Promise<Played> {
  const { events, recorded, watch } = stage
  const stored = await store(stage)
  const tests = await testEverything(stage, stored)
  const refusedTests = await testWrongly(stage, stored)
  const successes = await runRightly(stage, stored)
  await recorded.api.sync.tasks.plan(stored.task)
  watch.lookAtDatabase()
  const webhooks = await callByWebhook(stage, stored)
  const failures = await runWrongly(stage, stored)
  const refusals: Played['refusals'][number][] = []
  for (const { what, code, call } of badInputs(stage, stored)) {
    refusals.push({ what, expected: code, code: await recorded.refusal(call(recorded.api)) })
  }
  const badRequests = await sendBadRequests(stage)
  // one for each run: those above, and the one of the webhook
  await events.whenSeen('delivery.finished', successes.length + Object.keys(failures).length + 1)
  await readEverything(stage, stored)
  const signedIn = await signIn(stage, stored)
  watch.look()
  watch.lookAtDatabase()
  const exitCode = await stage.stop()
  watch.look()
  watch.lookAtDatabase()
  gather(stage)
  return {
    ...{
      stored,
      tests,
      refusedTests,
      successes,
      failures,
      webhooks,
      refusals,
      badRequests,
      exitCode,
      signedIn,
    },
  }
}

async function testEverything({ recorded: { api }, sandbox, ssh }: Stage, { repo, keys, channel }: Stored) {
  const repo_url = sshUrl(ssh.source, sandbox.originPath)
  return [
    await api.keys.test(keys.encrypted, { repo_url }),
    await api.repos.remotes.test(repo, 'origin'),
    await api.repos.remotes.test(repo, 'password'),
    await api.notifications.channels.test(channel),
  ]
}

async function testWrongly(
  { echoing, recorded: { api }, robot, sandbox, secrets, ssh }: Stage,
  { repo, keys }: Stored,
) {
  const addChannel = async (name: string, webhook: string, secret: string) =>
    (
      await api.notifications.channels.create({
        ...{ type: 'dingtalk', name, config: { webhook, secret }, events: [] },
      })
    ).id
  const wrong = await addChannel('wrong secret', robot.webhook, secrets.wrongRobotSecret)
  const echoUrl = `${httpOrigin(echoing)}/robot/send?access_token=${secrets.echoedRobotToken}`
  const echoed = await addChannel('echoing', echoUrl, secrets.robotSecret)
  const deadUrl = robot.webhook.replace(robot.place, `127.0.0.1:${deadPlace.port}`)
  const dead = await addChannel('dead', deadUrl, secrets.robotSecret)
  return [
    await api.keys.test(keys.stranger, { repo_url: sshUrl(ssh.source, sandbox.originPath) }),
    await api.repos.remotes.test(repo, 'wrong'),
    await api.repos.remotes.test(repo, 'dead'),
    await api.notifications.channels.test(wrong),
    await api.notifications.channels.test(echoed),
    await api.notifications.channels.test(dead),
  ]
}

async function runRightly(stage: Stage, stored: Stored): Promise<RunWithRefs[]> {
  const { recorded, ssh, watch } = stage
  const release = ssh.source.hold()
  const held = runTask(recorded.api, stored.task)
  // ssh has asked for its signature by now, and its agent is there
  await ssh.source.waiting
  watch.look()
  release()
  return [
    await held,
    await carry(stage, stored, 'password', 'token', 'develop'),
    await carry(stage, stored, 'configured', 'token', 'feature/login'),
    await carry(stage, stored, 'added', 'token', 'develop'),
  ]
}

async function callByWebhook(stage: Stage, { task }: Stored): Promise<number[]> {
  const { recorded, sandbox, secrets } = stage
  sandbox.commit(sandbox.originPath, 'main', 'third\n')
  const body = JSON.stringify({ task_id: task })
  const { status, text } = await postWebhook(stage, body, secrets.webhookSecret)
  await recorded.api.sync.runs.wait((JSON.parse(text) as { run_id: number }).run_id)
  const told = JSON.stringify({ task_id: task, secret: secrets.webhookSecret })
  return [
    status,
    (await postWebhook(stage, told, secrets.bearer)).status,
    (await postWebhook(stage, `{"secret": "${secrets.webhookSecret}`, secrets.webhookSecret)).status,
  ]
}

async function runWrongly(stage: Stage, stored: Stored): Promise<Played['failures']> {
  const { recorded, secrets, serveSsh, ssh } = stage
  const others = {
    key: await carry(stage, stored, 'stranger', 'backup'),
    password: await carry(stage, stored, 'wrong', 'backup'),
    echoing: await carry(stage, stored, 'echoing', 'backup'),
    dead: await carry(stage, stored, 'dead', 'backup'),
    deadSsh: await carry(stage, stored, 'dead-ssh', 'backup'),
  }
  await ssh.source.close()
  await serveSsh(makeKey(), [secrets.keys.source], ssh.source.port)
  return { ...others, hostKey: await runTask(recorded.api, stored.task) }
}

/** What is left once everything has ended. */
function gather({ evidence, events, places, robot, sandbox, server }: Stage): void {
  evidence.add('the log', 'the output of the server', server.printed())
  evidence.add('the events', 'the event stream', events.text)
  evidence.add(
    'the messages',
    'what the robot was sent',
    JSON.stringify(robot.messages.map(({ text, title }) => [title, text])),
  )
  for (const [column, values] of tableValues(places.database)) {
    evidence.add('the tables', column, `${column}\n${values}`)
  }
  for (const { path, content } of filesBelow(sandbox.root, { skip: /\/clone\/\.git\/config$/ })) {
    if (content) evidence.add('the repositories', path, content)
  }
}
