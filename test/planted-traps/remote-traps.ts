import { join } from 'node:path'
import { configure, program, type TrapPlaces, write } from './trap.ts'

/** Where traps lead, and the servers of the remotes of the clone. */
export interface RemotePlaces extends TrapPlaces {
  /** By `http` and `ssh`: what a URL of the server begins with, up to the path. */
  readonly servers: Readonly<Record<'http' | 'ssh', string>>
}

/** How plain git falls for a trap: by marks, by a `connection` to where nobody may, or by headers at the server. */
export interface Proof {
  readonly transport: 'http' | 'ssh'
  readonly command: string
  readonly springs: readonly string[]
}

export interface RemoteTrap {
  readonly plant: (path: string, places: RemotePlaces) => void
  readonly proofs: readonly Proof[]
}

/** The header that a trapped request would carry. */
export const trapHeader = 'x-trap'

/** Traps that only a remote springs: planted in a clone whose remotes are servers that may be reached. */
export const remoteTraps: Readonly<Record<string, RemoteTrap>> = {
  'programs for ssh, passwords and the other end; proxies, headers and cookies': {
    plant(path, places) {
      const { port, sandbox, servers } = places
      const named = (key: string) => [key, program(places, key)] as const
      const proxy = `http://127.0.0.1:${port}`
      const cookies = write(
        join(sandbox.root, '..', 'cookies'),
        `${['127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'trap', 'yes'].join('\t')}\n`,
      )
      configure(path, [
        ...['core.sshCommand', 'core.askPass', 'core.gitProxy', 'credential.helper'].map(named),
        [`credential.${servers.http}.helper`, program(places, 'credential.url.helper')],
        ...['origin', 'backup'].flatMap((remote) =>
          ['uploadpack', 'receivepack'].map((what) => named(`remote.${remote}.${what}`)),
        ),
        ['http.extraHeader', `${trapHeader}: yes`],
        [`http.${servers.http}/.extraHeader`, `${trapHeader}: of the server`],
        ['http.cookieFile', cookies],
        ['http.saveCookies', 'true'],
        ['http.userAgent', 'trap'],
        ['http.sslVerify', 'false'],
        ['http.followRedirects', 'true'],
        ['http.proxy', proxy],
        [`http.${servers.http}/backup.git.proxy`, proxy],
        ['remote.proxied.url', `${servers.http}/origin.git`],
        ['remote.proxied.proxy', proxy],
      ])
    },
    proofs: [
      { transport: 'ssh', command: 'fetch origin', springs: ['core.sshCommand'] },
      {
        transport: 'http',
        command: '-c http.proxy= fetch origin',
        springs: ['core.askPass', 'credential.helper', 'credential.url.helper', trapHeader, 'cookie'],
      },
      ...['ls-remote origin', '-c http.proxy= ls-remote backup', '-c http.proxy= ls-remote proxied'].map(
        (command): Proof => ({ transport: 'http', command, springs: ['connection'] }),
      ),
    ],
  },

  'rewritten URLs': {
    plant(path, places) {
      const helper = (name: string) => `ext::${program(places, name)}`
      configure(path, [
        ...(['http', 'ssh'] as const).flatMap((transport) => [
          [`url.${helper(`insteadOf-${transport}`)} .insteadOf`, places.servers[transport]] as const,
          [`url.${helper(`pushInsteadOf-${transport}`)} .pushInsteadOf`, places.servers[transport]] as const,
        ]),
        ...['allow', 'ext.allow'].map((name) => [`protocol.${name}`, 'always'] as const),
      ])
    },
    proofs: (['http', 'ssh'] as const).flatMap((transport) => [
      { transport, command: 'fetch origin', springs: [`insteadOf-${transport}`] },
      { transport, command: 'push backup main', springs: [`pushInsteadOf-${transport}`] },
    ]),
  },
}
