import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Canary, canary } from './canary/canary.ts'
import { type Played, play } from './canary/play.ts'
import { processesIn, programOf, type SeenProcess } from './canary/process-samples.ts'
import { findCanaries } from './canary/search.ts'
import { keptFromGit, secretKeyCanaries, sentByGit } from './canary/secrets.ts'
import { buildStage, type Stage } from './canary/stage.ts'
import { httpOrigin } from './canary/story.ts'
import { tableRows } from './canary/table-values.ts'

let stage: Stage
let played: Played
let canaries: readonly Canary[]
beforeAll(async () => {
  stage = await buildStage()
  canaries = [...sentByGit(stage.secrets), ...keptFromGit(stage.secrets), ...secretKeyCanaries(stage.secrets)]
  played = await play(stage)
  canaries = [...canaries, ...played.signedIn.canaries]
}, 120_000)
afterAll(() => stage?.[Symbol.asyncDispose]())

const holds = (content: string | Uint8Array, secret: string): boolean =>
  findCanaries(content, [canary('it', secret)]).length > 0

describe('the secrets were where they belong', () => {
  it('every run, test and webhook that had the right one worked', () => {
    expect(played.successes.map(({ status }) => status)).toEqual(Array(4).fill('success'))
    expect(played.tests.map(({ success, message }) => ({ success, message }))).toEqual(
      played.tests.map(({ message }) => ({ success: true, message })),
    )
    expect(played.webhooks).toEqual([200, 401, 400])
    expect(played.exitCode).toBe(0)
  })

  it('the token and the access key that gitferry gave out let in, and wrong ones did not', () => {
    expect(played.signedIn).toMatchObject({ statuses: [200, 401, 200], clones: [0, 128] })
  })

  it('the ssh servers were shown these very keys, and accepted their signatures', () => {
    const { secrets, ssh } = stage
    const { source, target, encrypted, stranger } = secrets.keys
    expect(new Set(ssh.source.offered)).toEqual(
      new Set([source, encrypted, stranger].map(({ fingerprint }) => fingerprint)),
    )
    expect(new Set(ssh.target.offered)).toEqual(new Set([target.fingerprint]))
    for (const server of [ssh.source, ssh.target]) expect(server.hashes.length).toBeGreaterThan(0)
  })

  it('the http servers were sent these very passwords, and no other server was', () => {
    const { http, secrets } = stage
    expect(new Set(http.password.logins)).toEqual(
      new Set([`mia:${secrets.password}`, `mia:${secrets.wrongPassword}`]),
    )
    expect(new Set(http.token.logins)).toEqual(new Set([`x-access-token:${secrets.token}`]))
    expect(new Set(http.configured.logins)).toEqual(new Set([`kim:${secrets.configuredPassword}`]))
    expect(new Set(http.added.logins)).toEqual(new Set([`lea:${secrets.addedPassword}`]))
  })

  it('the robot found its token and the signature right, and the wrong one wrong', () => {
    const { robot } = stage
    expect(new Set(robot.errcodes)).toEqual(new Set([0, 310000]))
    expect(robot.messages.length).toBe(1 + played.successes.length + Object.keys(played.failures).length + 1)
  })

  it('the database holds them sealed, and the secret key opens them', async () => {
    const { secrets, places } = stage
    const box = aesGcmSecrets({ key: secrets.secretKey })
    await box.open()
    const opened = (table: string, column: string): string =>
      tableRows(places.database, table)
        .map((row) => box.unseal(String(row[column]), `${table}.${column}.${String(row.id)}`))
        .join('\n')
    const stored = [
      opened('ssh_keys', 'sealed_private_key'),
      opened('credentials', 'sealed_secret'),
      opened('channels', 'sealed_config'),
    ].join('\n')
    const found = findCanaries(stored, canaries).map((finding) => finding.canary)
    expect(new Set(found)).toEqual(
      new Set([
        ...['the source’s key', 'the target’s key', 'the encrypted key', 'the stranger’s key'],
        ...sentByGit(secrets).map(({ name }) => name),
        ...['the robot’s token', 'the robot’s secret', 'the wrong secret of a robot'],
        'the echoed token of a robot',
      ]),
    )
  })

  it('the password of a configured URL stays in the user’s own configuration, as it was written there', () => {
    expect(holds(readFileSync(stage.places.configuration), stage.secrets.configuredPassword)).toBe(true)
    expect(holds(readFileSync(stage.places.webhookSecretFile), stage.secrets.webhookSecret)).toBe(true)
  })
})

describe('a run that is refused says what was wrong', () => {
  it.each([
    ['key', 'GIT_AUTH_FAILED', /Permission denied \(publickey\).*The remote refused the SSH key/],
    [
      'hostKey',
      'HOST_KEY_MISMATCH',
      /it shows ssh-ed25519 SHA256:\S{43}, known is ssh-ed25519 SHA256:\S{43}/,
    ],
    ['password', 'GIT_AUTH_FAILED', /The remote refused the credential/],
    ['dead', 'GIT_UNREACHABLE', /127\.0\.0\.1/],
    ['deadSsh', 'GIT_UNREACHABLE', /connect to host 127\.0\.0\.1 port \d+: Connection refused/],
  ] as const)('%s: %s', (which, error_code, message) => {
    expect(played.failures[which]).toMatchObject({ status: 'failed', error_code })
    expect(played.failures[which].error_message).toMatch(message)
  })

  it('a test of a remote or channel says it too', () => {
    expect(
      played.refusedTests.map((test) => ('error_code' in test ? test.error_code : test.message)),
    ).toEqual([
      'GIT_AUTH_FAILED',
      'GIT_AUTH_FAILED',
      'GIT_UNREACHABLE',
      expect.stringContaining('errcode 310000'),
      expect.stringMatching(/^errcode 1: .*access_token=\*\*\*/),
      expect.stringContaining('cannot be reached'),
    ])
  })

  it('what was entered wrongly is refused by its code', () => {
    expect(played.refusals.filter(({ code, expected }) => code !== expected)).toEqual([])
    expect(played.badRequests.every((status) => status >= 400 && status < 500)).toBe(true)
  })
})

describe('no secret stands, plain, URL-encoded or in base64,', () => {
  /** Where to look, and what must have been seen there: an empty place says nothing. */
  const kinds: Readonly<Record<string, readonly string[]>> = {
    'the tables': ['audit_log.details', 'run_log.text', 'deliveries.response', 'runs.error_message'],
    'the files of the database': ['gitferry.db', 'gitferry.db-wal'],
    'the log': ['the output of the server'],
    'the events': ['the event stream'],
    'the answers': [
      ...['POST /api/v1/ssh-keys', 'POST /api/v1/credentials', 'GET /api/v1/notification/channels'],
      ...['GET /api/v1/notification/deliveries', 'GET /api/v1/audit/logs', 'GET /api/v1/audit/export'],
      ...['GET /api/v1/sync/runs/1/log', 'GET /metrics', 'POST /api/webhooks/task-sync'],
      ...['a signed request', 'POST /api/v1/repos/2/verify-key', 'GET /api/v1/access-keys'],
    ],
    'the errors': ['SSH_KEY_INVALID', 'INVALID_INPUT', 'URL_FORBIDDEN', 'SSH_KEY_EXISTS'],
    'the messages': ['what the robot was sent'],
    'the data directory': ['/audit.checkpoint', '/ssh_config', '/known_hosts', '/key.pub', '/config'],
    'the repositories': ['/clone/readme', '/clone/.git/index', '/backup.git/config'],
  }
  it.each(Object.entries(kinds))('in %s', (kind, expected) => {
    const { evidence } = stage
    expect(evidence.findings(kind, canaries)).toEqual([])
    const names = evidence.namesOf(kind)
    expect(expected.filter((end) => !names.some((name) => name.endsWith(end)))).toEqual([])
  })

  it('in the log, which told of every git', () => {
    const log = stage.server.printed()
    expect(log).toContain('remote: Basic [secret] mia:[secret] mia%3A[secret]')
    expect(stage.echoing.echoes.some((echo) => echo.includes(stage.secrets.echoedPassword))).toBe(true)
    for (const verb of ['ls-remote', 'fetch', 'push']) expect(log).toContain(`"verb":"${verb}"`)
    expect(stage.events.count('run.finished')).toBe(stage.robot.messages.length - 1)
  })

  it('in the temporary folder', () => {
    expect(stage.evidence.findings('the temporary folder', canaries)).toEqual([])
  })

  it('on a command line, also while git and ssh talk to a server', () => {
    const lines = stage.watch.processes.all.map(({ commandLine }) => commandLine)
    expect(lines.filter((line) => findCanaries(line, canaries).length > 0)).toEqual([])
    const place = httpOrigin(stage.http.password)
    expect(lines.filter((line) => /git-remote-http\0/.test(line) && line.includes(place))).not.toEqual([])
    expect(lines.filter((line) => /ssh\0-F\0/.test(line) && line.includes(stage.places.data))).not.toEqual([])
  })

  describe('in an environment', () => {
    const inEnvironmentOf = (processes: readonly SeenProcess[], secrets: readonly Canary[]) =>
      processes.flatMap((seen) =>
        findCanaries(seen.environment, secrets).map((finding) => `${finding.canary} in ${programOf(seen)}`),
      )
    const seen = () => stage.watch.processes.all
    /** A copy that it has just made of itself is the server still. */
    const isServer = ({ commandLine }: SeenProcess) => {
      const server = seen().find(({ pid }) => pid === stage.server.child.pid)
      return commandLine === server?.commandLine
    }
    const isGit = (process: SeenProcess) => programOf(process).startsWith('git')

    it('of any other process than git and the server', () => {
      const others = seen().filter((process) => !isGit(process) && !isServer(process))
      expect(inEnvironmentOf(others, canaries)).toEqual([])
      // the fork server and ssh inherit nothing
      const { data } = stage.places
      expect(others.filter(({ commandLine }) => commandLine.includes('fork-server'))).not.toEqual([])
      expect(others.filter(({ environment }) => environment.includes(`HOME=${data}`))).not.toEqual([])
    })

    it('of git, but for the password of its own server: there it travels by design', () => {
      const gits = seen().filter(isGit)
      expect(
        inEnvironmentOf(gits, [...keptFromGit(stage.secrets), ...secretKeyCanaries(stage.secrets)]),
      ).toEqual([])
      for (const process of gits) {
        expect(findCanaries(process.environment, sentByGit(stage.secrets)).length).toBeLessThan(2)
      }
      expect(gits.some(({ environment }) => holds(environment, stage.secrets.password))).toBe(true)
    })

    it('of the server, but for the secret key that it was started with', () => {
      const server = seen().filter(isServer)
      expect(inEnvironmentOf(server, [...sentByGit(stage.secrets), ...keptFromGit(stage.secrets)])).toEqual(
        [],
      )
      expect(server.some(({ environment }) => holds(environment, stage.secrets.secretKey))).toBe(true)
    })
  })
})

it('nobody else may read anything in the data directory, and no private key was ever a file there', () => {
  expect([...stage.watch.openToOthers]).toEqual([])
  const { evidence } = stage
  expect(evidence.matching('the data directory', /-----BEGIN [A-Z ]*PRIVATE KEY-----/)).toEqual([])
  expect(evidence.matching('the temporary folder', /-----BEGIN [A-Z ]*PRIVATE KEY-----/)).toEqual([])
  // the folder of a use of ssh was seen, so a key there would have been
  expect(
    evidence.namesOf('the data directory').filter((name) => /\/ssh\/use-\w+\/key\.pub$/.test(name)),
  ).not.toEqual([])
})

it('nothing is left: no folder of a use of ssh, no temporary file, no process', () => {
  const { data, temporary } = stage.places
  expect(readdirSync(join(data, 'ssh'))).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
  expect(processesIn(data)).toEqual([])
})
