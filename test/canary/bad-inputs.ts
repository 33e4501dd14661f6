import type { GitferryClient } from '@gitferry/client'
import type { Stage } from './stage.ts'
import { httpOrigin, type Stored, sshUrl, urlWithLogin } from './story.ts'

interface BadInput {
  readonly what: string
  readonly code: string
  readonly call: (api: GitferryClient) => Promise<unknown>
}

/** What people get wrong while a secret is in their hands. Each is refused. */
export function badInputs({ secrets, http, ssh, robot, sandbox }: Stage, stored: Stored): BadInput[] {
  const { keys } = secrets
  const importing = (code: string, what: string, private_key: string, more = {}): BadInput => ({
    what,
    code,
    call: (api) => api.keys.create({ name: what, private_key, ...more }),
  })
  const verifying = (what: string, private_key: string): BadInput => ({
    what,
    code: 'SSH_KEY_INVALID',
    call: (api) => api.publicKeys.verify(stored.hosted, { private_key }),
  })
  const storing = (code: string, what: string, fields: Record<string, unknown>): BadInput => ({
    what,
    code,
    call: (api) =>
      api.credentials.create({
        ...{ name: what, type: 'password', origin: httpOrigin(http.password), username: 'mia' },
        ...fields,
      } as never),
  })
  const adding = (code: string, what: string, fetch_url: string, more = {}): BadInput => ({
    what,
    code,
    call: (api) => api.repos.remotes.add(stored.repo, { name: 'bad', fetch_url, ...more }),
  })
  const channel = (code: string, what: string, config: Record<string, string>): BadInput => ({
    what,
    code,
    call: (api) => api.notifications.channels.create({ type: 'dingtalk', name: what, config }),
  })
  const changing = (code: string, what: string, config: Record<string, string>): BadInput => ({
    what,
    code,
    call: (api) => api.notifications.channels.update(stored.channel, { config }),
  })
  const { password, forbiddenPassword, robotSecret, forbiddenRobotToken } = secrets
  const [encrypted, source] = [keys.encrypted.private, keys.source.private]
  const forbidden = 'https://10.1.2.3'
  const elsewhere = `${forbidden}/robot/send?access_token=${forbiddenRobotToken}`
  const masked = robot.webhook.replace(robot.token, '***')
  return [
    importing('SSH_KEY_INVALID', 'the wrong passphrase', encrypted, { passphrase: secrets.wrongPassphrase }),
    importing('SSH_KEY_INVALID', 'no passphrase', encrypted),
    importing('SSH_KEY_INVALID', 'half a key', source.slice(0, source.length / 2)),
    importing('SSH_KEY_INVALID', 'a key without its last line', source.replace(/-----END.*\n/, '')),
    importing('SSH_KEY_INVALID', 'a key of another type', source, { type: 'rsa' }),
    importing('SSH_KEY_EXISTS', 'a key a second time', source),
    verifying('half a key that is verified', source.slice(0, source.length / 2)),
    verifying('a key that is verified, and encrypted', encrypted.replace(/-----END.*\n/, '')),
    {
      what: 'a private key for a public one',
      code: 'SSH_KEY_INVALID',
      call: (api) => api.deployKeys.add(stored.hosted, { title: 'private', key: source }),
    },

    storing('INVALID_INPUT', 'a password with a line end', { password: `${password}\n` }),
    storing('INVALID_INPUT', 'a password for a type', { type: password }),
    storing('INVALID_INPUT', 'a password in the wrong field', { token: password }),
    storing('INVALID_INPUT', 'a password in the user', { username: `mia:${password}`, password }),
    storing('INVALID_INPUT', 'a password in the origin', {
      ...{ origin: urlWithLogin(httpOrigin(http.password), 'mia', password), password },
    }),
    storing('URL_FORBIDDEN', 'a password for a forbidden host', {
      ...{ origin: forbidden, password: forbiddenPassword },
    }),

    adding('URL_FORBIDDEN', 'a forbidden host', urlWithLogin(forbidden, 'mia', forbiddenPassword)),
    adding('URL_FORBIDDEN', 'a URL unescaped', `https://mia:${password}@127.0.0.1/r.git`),
    adding('URL_FORBIDDEN', 'a URL with one slash', `https:/mia:${forbiddenPassword}@example.com/r.git`),
    adding('URL_FORBIDDEN', 'a token in a query', `${forbidden}/r.git?access_token=${forbiddenPassword}`),
    adding('INVALID_INPUT', 'two credentials', urlWithLogin(httpOrigin(http.password), 'mia', password), {
      credential_id: stored.credentials.password,
    }),
    {
      what: 'a password in the URL of a test',
      code: 'URL_FORBIDDEN',
      call: (api) =>
        api.keys.test(stored.keys.source, {
          repo_url: sshUrl(ssh.source, sandbox.originPath).replace('git@', `git:${forbiddenPassword}@`),
        }),
    },

    {
      what: 'a URL for a remote',
      code: 'INVALID_INPUT',
      call: (api) =>
        api.sync.tasks.create({
          ...{ repo_id: stored.repo, source_branch: 'main', target_remote: 'backup' },
          source_remote: urlWithLogin(forbidden, 'mia', forbiddenPassword),
        }),
    },
    {
      what: 'a URL for the name of a remote',
      code: 'INVALID_INPUT',
      call: (api) =>
        api.repos.remotes.add(stored.repo, {
          name: urlWithLogin(forbidden, 'mia', forbiddenPassword),
          fetch_url: forbidden,
        }),
    },

    channel('URL_FORBIDDEN', 'a robot on a forbidden host', { webhook: elsewhere, secret: robotSecret }),
    channel('INVALID_INPUT', 'a robot without a URL', { webhook: robot.token, secret: robotSecret }),
    channel('INVALID_INPUT', 'a masked URL', { webhook: masked, secret: robotSecret }),
    channel('INVALID_INPUT', 'a masked secret', { webhook: robot.webhook, secret: '***' }),
    changing('INVALID_INPUT', 'a secret taken elsewhere', { webhook: elsewhere, secret: '***' }),
    changing('URL_FORBIDDEN', 'another host', { webhook: elsewhere, secret: robotSecret }),
  ]
}

/** The same below the client: bodies and headers that no client sends. */
export async function sendBadRequests({ recorded, secrets }: Stage): Promise<number[]> {
  const { bearer, password, keys } = secrets
  const body = JSON.stringify({ name: 'x', type: 'password', password })
  const post = (path: string, text: string, type = 'application/json') =>
    recorded.request(path, { method: 'POST', headers: { 'Content-Type': type }, body: text })
  const answers = [
    await post('/api/v1/credentials', body.slice(0, -1)),
    await post('/api/v1/credentials', `${password}`),
    await post('/api/v1/credentials', `{"password": "x", ${body.slice(1)}`),
    await post('/api/v1/credentials', body, 'text/plain'),
    await post('/api/v1/ssh-keys', keys.source.private),
    await post('/api/v1/ssh-keys', JSON.stringify({ private_key: [keys.source.private] })),
    await recorded.request(`/api/v1/repos?access_token=${bearer}&page=${bearer}`),
    await recorded.request('/api/v1/repos', { headers: { Authorization: `Bearer ${bearer}` } }),
    await recorded.request('/api/v1/repos', { headers: { 'X-Auth-Token': bearer } }),
  ]
  return answers.map(({ status }) => status)
}
