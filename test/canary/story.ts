import { createHmac } from 'node:crypto'
import type { RunWithRefs } from '@gitferry/core'
import type { Stage } from './stage.ts'

/** What was stored, by its id. */
export interface Stored {
  readonly repo: number
  /** One that gitferry hosts, with a commit. */
  readonly hosted: number
  readonly keys: Readonly<Record<'source' | 'target' | 'encrypted' | 'stranger', number>>
  readonly credentials: Readonly<Record<'password' | 'token' | 'wrong' | 'dead' | 'echoed', number>>
  readonly channel: number
  /** A task from `origin` to `backup`, both over ssh. */
  readonly task: number
}

export const httpOrigin = ({ port }: { readonly port: number }): string => `http://127.0.0.1:${port}`
export const sshUrl = ({ port }: { readonly port: number }, path: string): string =>
  `ssh://git@127.0.0.1:${port}${path}`
/** As who knows nothing of secrets writes it. */
export const urlWithLogin = (origin: string, user: string, password: string): string =>
  `${origin.replace('//', `//${user}:${encodeURIComponent(password)}@`)}/origin.git`

/** Nobody listens there. */
export const deadPlace = { port: 9 }

/** Hands every secret over, as a user would. */
export async function store({
  echoing,
  recorded,
  robot,
  sandbox,
  secrets,
  ssh,
  http,
}: Stage): Promise<Stored> {
  const { api } = recorded
  const { keys } = secrets
  const addKey = async (name: keyof typeof keys, passphrase?: string) =>
    (await api.keys.create({ name, private_key: keys[name].private, passphrase })).id
  const source = await addKey('source')
  const target = await addKey('target')
  const [encrypted, stranger] = [await addKey('encrypted', secrets.passphrase), await addKey('stranger')]

  const addPassword = async (name: string, origin: string, password: string) =>
    (await api.credentials.create({ name, type: 'password', origin, username: 'mia', password })).id
  const credentials = {
    password: await addPassword('password', httpOrigin(http.password), secrets.password),
    wrong: await addPassword('wrong', httpOrigin(http.password), secrets.wrongPassword),
    dead: await addPassword('dead', httpOrigin(deadPlace), secrets.password),
    echoed: await addPassword('echoed', httpOrigin(echoing), secrets.echoedPassword),
    token: (
      await api.credentials.create({
        ...{ name: 'token', type: 'token', origin: httpOrigin(http.token), token: secrets.token },
      })
    ).id,
  }
  const { id: channel } = await api.notifications.channels.create({
    type: 'dingtalk',
    name: 'robot',
    config: { webhook: robot.webhook, secret: secrets.robotSecret },
  })

  const { clonePath, originPath, bareBackupPath } = sandbox
  const configured = urlWithLogin(httpOrigin(http.configured), 'kim', secrets.configuredPassword)
  sandbox.git(clonePath, 'remote', 'set-url', 'origin', sshUrl(ssh.source, originPath))
  sandbox.git(clonePath, 'remote', 'set-url', 'backup', sshUrl(ssh.target, bareBackupPath))
  sandbox.git(clonePath, 'remote', 'add', 'configured', configured)
  const { id: repo } = await api.repos.register({ path: clonePath })
  await api.repos.remotes.update(repo, 'origin', { ssh_key_id: source })
  await api.repos.remotes.update(repo, 'backup', { ssh_key_id: target })
  const remote = (name: string, fetch_url: string, opens: { credential_id?: number; ssh_key_id?: number }) =>
    api.repos.remotes.add(repo, { name, fetch_url, ...opens })
  const over = (origin: string, name = 'origin') => `${origin}/${name}.git`
  await remote('password', over(httpOrigin(http.password)), { credential_id: credentials.password })
  await remote('token', over(httpOrigin(http.token), 'backup'), { credential_id: credentials.token })
  await remote('added', urlWithLogin(httpOrigin(http.added), 'lea', secrets.addedPassword), {})
  await remote('wrong', over(httpOrigin(http.password)), { credential_id: credentials.wrong })
  await remote('dead', over(httpOrigin(deadPlace)), { credential_id: credentials.dead })
  await remote('echoing', over(httpOrigin(echoing)), { credential_id: credentials.echoed })
  await remote('dead-ssh', sshUrl(deadPlace, originPath), { ssh_key_id: source })
  await remote('stranger', sshUrl(ssh.source, originPath), { ssh_key_id: stranger })

  const task = { name: 'origin to backup', repo_id: repo, source_branch: 'main', target_remote: 'backup' }
  const { id } = await api.sync.tasks.create(task)
  const { id: hosted } = await api.repos.create({ name: 'hosted' })
  const actions = [{ action: 'create', path: 'readme', content: 'hosted\n' } as const]
  await api.content.createCommit(hosted, { branch: 'main', message: 'Begin', actions })
  await api.publicKeys.verify(hosted, { private_key: keys.stranger.private })
  return { repo, hosted, keys: { source, target, encrypted, stranger }, credentials, channel, task: id }
}

/** A run from a remote's `branch` to another remote, to its end. */
export async function carry(
  { recorded: { api } }: Stage,
  { repo }: Stored,
  from: string,
  to: string,
  branch = 'main',
): Promise<RunWithRefs> {
  const { id } = await api.sync.tasks.create({
    name: `${from} to ${to}`,
    repo_id: repo,
    source_remote: from,
    source_branch: branch,
    target_remote: to,
  })
  return runTask(api, id)
}

export async function runTask({ sync }: Stage['recorded']['api'], id: number): Promise<RunWithRefs> {
  return sync.runs.get((await sync.tasks.run(id, { wait: true })).id)
}

/** Posts a webhook that runs a task, signed with a secret. */
export function postWebhook({ recorded }: Stage, body: string, secret: string) {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  return recorded.request('/api/webhooks/task-sync', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature },
    body,
  })
}
