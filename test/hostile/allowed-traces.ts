import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { preReceiveScript } from '../../packages/core/src/git/serving/pre-receive-script.ts'
import type { Execution } from './trace.ts'

const path = String.raw`'/[^'\p{Cc}]+'`
const settings =
  'core.hooksPath=/dev/null core.alternateRefsCommand=true core.fsmonitor=false ' +
  'receive.denyCurrentBranch=refuse receive.autogc=false'
const ownReceivePack = `git ${settings.replace(/(\S+)/g, '-c $1')} receive-pack`.replaceAll('.', '\\.')

/**
 * The shell is git’s own way to the other end of a transfer, with words of ours and a path that git has quoted. Nothing
 * else is ever given to one.
 */
const shellLines = [
  `git-upload-pack ${path}`,
  `${ownReceivePack} ${path}`,
  String.raw`'/[^']+/ssh' -F ${path} "\$@"`,
].map((line) => new RegExp(`^${line}$`, 'u'))

const helpers =
  /^\/usr\/(?:lib|libexec)\/git-core\/(?:git|git-(?:upload-pack|receive-pack|remote-https?|lfs))$/
const programs = /^\/usr\/(?:local\/)?bin\/(?:git|git-lfs|git-upload-pack|git-receive-pack)$/

const source = (of: string): string => fileURLToPath(new URL(`../../packages/${of}`, import.meta.url))
/** The two programs of gitferry, each with the flags of Node that it is started with. */
const ownPrograms = [
  ['--conditions=@gitferry/source', source('server/src/bin.ts'), 'serve'],
  ['--max-semi-space-size=1', '--v8-pool-size=0', source('core/src/git/fork-server-process.ts')],
]

/** Of ssh: a file of settings that gitferry wrote, and one command of git at the other end. */
const sshWords = new RegExp(
  String.raw`^-F \S+/ssh/use-\w+/ssh_config (?:-o SendEnv=GIT_PROTOCOL )?(?:-p \d+ )?[^\s-]\S* git-(?:upload|receive)-pack ${path}$`,
  'u',
)

/** The hooks that weigh pushes to hosted repositories; git tells them what is pushed on their standard input. */
const ownHooks = ['pre-receive', 'post-receive']

/** Whether gitferry may start this: git, what belongs to git, ssh, its own hooks, and itself (its fork server). */
export function isAllowedExecution({ args, isWhole, program }: Execution, dataDir: string): boolean {
  if (programs.test(program) || helpers.test(program)) return true
  const [, ...words] = args
  if (!isWhole) return false
  if (ownHooks.some((name) => program === `${dataDir}/hooks/${name}`)) return words.length === 0
  if (program === process.execPath) {
    return ownPrograms.some((own) => own.every((word, index) => word === words[index]))
  }
  if (/^\/usr\/(?:local\/)?bin\/ssh$/.test(program)) return sshWords.test(words.join(' '))
  // the hook that weighs names has one program, and names are its input
  if (/^(?:\/usr)?\/bin\/[gm]?awk$/.test(program)) {
    return words.length === 1 && preReceiveScript.includes(`awk '${words[0]}'`)
  }
  // the hook that writes down what was pushed
  if (/^(?:\/usr)?\/bin\/cat$/.test(program)) return words.length === 0
  if (/^(?:\/usr)?\/bin\/(?:ba|da)?sh$/.test(program)) {
    // what a hosted repository is told to ask about alternates: nothing
    if (words[1] === 'exit 0 # "$@"')
      return words.length === 4 && words[3]?.startsWith(`${dataDir}/stores/`) === true
    return words[0] === '-c' && shellLines.some((line) => line.test(words[1] ?? ''))
  }
  // what receive-pack is told to ask about alternates, instead of what the target’s configuration names
  return /^(?:\/usr)?\/bin\/true$/.test(program) && words.length === 1 && words[0]?.startsWith('/') === true
}

/** Where the machine’s own resolver listens, which looks up every name: files of sockets, and the servers it asks. */
const resolverSockets = /^AF_UNIX \/(?:var\/)?run\/(?:nscd|systemd\/resolve|avahi-daemon|dbus)\//

const nameServers = (): string[] =>
  [...readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^nameserver\s+([^\s%]+)/gm)].map(
    ([, address = '']) => `${address.includes(':') ? 'AF_INET6' : 'AF_INET'} ${address}:53`,
  )

/**
 * Of these addresses, those that nobody has allowed: neither a served port of 127.0.0.1, nor the resolver, nor a socket
 * in gitferry’s own folder for uses of ssh.
 */
export function strangeAddresses(
  addresses: readonly string[],
  { dataDir, ports }: { readonly dataDir: string; readonly ports: readonly number[] },
): string[] {
  const allowed = new Set([...ports.map((port) => `AF_INET 127.0.0.1:${port}`), ...nameServers()])
  return [...new Set(addresses)].filter((address) => {
    // the kernel’s, by which the resolver learns which kinds of addresses there are
    if (allowed.has(address) || address.startsWith('AF_NETLINK ') || address === 'AF_UNSPEC :') return false
    return !resolverSockets.test(address) && !address.startsWith(`AF_UNIX ${dataDir}/ssh/`)
  })
}
