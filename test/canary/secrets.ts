import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import { makeKey, type TestKey } from '../ssh-git-server.ts'
import { bytesCanary, type Canary, canary, keyCanary, unguessable } from './canary.ts'

/** Whatever a URL, a shell, JSON or HTML gives a meaning to; git's own separator ":" too. */
const awkward = '@/:?#&%+ ö"\'\\<$'

export type Secrets = ReturnType<typeof makeSecrets>

/** One of every kind of secret that gitferry is trusted with. */
export function makeSecrets() {
  const passphrase = unguessable()
  return {
    keys: {
      source: makeKey('ed25519'),
      target: rsaKey(),
      encrypted: encryptedKey(passphrase),
      stranger: makeKey('ed25519'),
    },
    passphrase,
    wrongPassphrase: unguessable(),
    password: `${unguessable()}${awkward}${unguessable()}`,
    wrongPassword: unguessable(),
    token: `ghp_${unguessable()}`,
    configuredPassword: `${unguessable()}${awkward}${unguessable()}`,
    addedPassword: unguessable(),
    echoedPassword: `${unguessable()}${awkward}${unguessable()}`,
    echoedRobotToken: unguessable(),
    forbiddenPassword: unguessable(),
    webhookSecret: unguessable(),
    robotToken: unguessable(),
    robotSecret: `SEC${unguessable()}`,
    wrongRobotSecret: `SEC${unguessable()}`,
    forbiddenRobotToken: unguessable(),
    bearer: unguessable(),
    secretKey: randomBytes(32).toString('base64'),
  }
}

/** The secrets that git takes to a server over http, in its environment. */
export const sentByGit = ({
  addedPassword,
  configuredPassword,
  echoedPassword,
  password,
  token,
  wrongPassword,
}: Secrets): Canary[] => [
  canary('the password', password),
  canary('the wrong password', wrongPassword),
  canary('the token', token),
  canary('the password of the configured URL', configuredPassword),
  canary('the password of the added URL', addedPassword),
  canary('the echoed password', echoedPassword),
]

export const secretKeyCanaries = ({ secretKey }: Secrets): Canary[] => [
  canary('the secret key', secretKey),
  bytesCanary('the bytes of the secret key', Buffer.from(secretKey, 'base64')),
]

/** All else. */
export const keptFromGit = ({ keys, passphrase, ...secrets }: Secrets): Canary[] => [
  keyCanary('the source’s key', keys.source.private),
  keyCanary('the target’s key', keys.target.private),
  keyCanary('the encrypted key', keys.encrypted.private, passphrase),
  keyCanary('the stranger’s key', keys.stranger.private),
  canary('the passphrase', passphrase),
  canary('the wrong passphrase', secrets.wrongPassphrase),
  canary('the password for a forbidden host', secrets.forbiddenPassword),
  canary('the webhook secret', secrets.webhookSecret),
  canary('the robot’s token', secrets.robotToken),
  canary('the robot’s secret', secrets.robotSecret),
  canary('the wrong secret of a robot', secrets.wrongRobotSecret),
  canary('the echoed token of a robot', secrets.echoedRobotToken),
  canary('the token for a forbidden host', secrets.forbiddenRobotToken),
  canary('the bearer token', secrets.bearer),
]

/** In PKCS#1, which gitferry must turn into another format to use. */
function rsaKey(): TestKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return describe(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
}

function encryptedKey(passphrase: string): TestKey {
  const made = ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 })
  // as for other ed25519 keys: ssh2 pads some so that nobody can read them
  if (ssh2.utils.parseKey(made.private, passphrase) instanceof Error) return encryptedKey(passphrase)
  return describe(made.private, passphrase)
}

function describe(pem: string, passphrase?: string): TestKey {
  const key = ssh2.utils.parseKey(pem, passphrase)
  if (key instanceof Error) throw key
  const blob = key.getPublicSSH()
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return {
    private: pem,
    public: `${key.type} ${blob.toString('base64')}`,
    fingerprint: `SHA256:${digest}`,
  }
}
