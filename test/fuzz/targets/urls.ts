import { isIP } from 'node:net'
import { checkOutgoingUrl, type OutgoingUrl } from '../../../packages/core/src/git/outgoing-url.ts'
import {
  checkRemoteUrl,
  parseAllowOutgoing,
  type RemoteUrl,
  type RemoteUrlProblem,
} from '../../../packages/core/src/git/remote-url.ts'
import { originOf } from '../../../packages/core/src/git/url-origin.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, same } from '../promises.ts'

const samples = [
  'https://git.example.org/team/project.git',
  'https://git.example.org:8443/x',
  'http://git.lan/x.git',
  'ssh://git@git.example.org:2222/team/project.git',
  'git@git.example.org:team/project.git',
  'git@[2001:4860:4860::8888]:x.git',
  'https://[2001:4860:4860::8888]/x',
  'https://8.8.8.8/x',
  'file:///srv/repos/a.git',
  '/srv/repos/b',
  'https://127.0.0.1/x',
  'https://localhost/x',
  'ssh://git@169.254.169.254/x',
  'git@10.0.0.1:x',
  'https://[::1]/x',
  'http://h.example/x',
  '/srv/repos/../x',
  'https://git.example.org\\@h.example/x',
]
const pieces = [
  'https://',
  'ssh://',
  'http://',
  'file://',
  'ext::',
  'git@',
  'h.example',
  'localhost',
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '169.254.169.254',
  '[::1]',
  '[::ffff:127.0.0.1]',
  ':',
  '/',
  '//',
  '%2f',
  '%00',
  '%0a',
  '..',
  '@',
  '-',
  '?',
  '#',
  '\\',
  '。',
  '.',
  ':80',
  ':0',
  ':65536',
  'ß.example',
  'xn--',
  '\u00ad',
  '\u3000',
  '-oProxyCommand=x',
]
/** One folder of repositories, and one host that is reached by http. */
export const urlPolicy = { repoRoots: ['/srv/repos'], allowOutgoing: [parseAllowOutgoing('git.lan')] }
/** Of every kind. */
export const longUrls = () =>
  repeated(['a', '/', '@', ':', '%2f', '../', '[', '.', 'a.', '::'], { before: 'https://h.example/' })

type UrlRule = (raw: string) => RemoteUrl | RemoteUrlProblem
const weigh: UrlRule = (raw) => checkRemoteUrl(raw, urlPolicy)

/** The host as another reader of URLs sees it: WHATWG's, and for ssh git's own, which takes the authority as it is. */
function hostSeen(url: string): string | undefined {
  if (url.startsWith('/')) return undefined
  if (URL.canParse(url) && /^https?:\/\//.test(url)) return bare(new URL(url).hostname)
  const [, authority] =
    /^ssh:\/\/(?:[^@/]*@)?([^/]*)/.exec(url) ?? /^(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*):/.exec(url) ?? []
  return authority === undefined ? undefined : bare(authority.replace(/(?<=\]|^[^:[]*):\d+$/, ''))
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
/** By WHATWG, which git's own library for http agrees with on what is left. */
const hostOfRaw = (raw: string): string | undefined => {
  const [, scheme = 'ssh:', rest = ''] = /^(https?|ssh):\/\/(.*)$/i.exec(raw) ?? []
  const text = scheme === 'ssh:' ? undefined : `http://${rest.replace(/^[^@/]*@/, '')}`
  return text !== undefined && URL.canParse(text) ? bare(new URL(text).hostname) : undefined
}

const remote = fuzzTarget<string, UrlRule>({
  name: 'URLs of remotes',
  inputs: textNear(samples, pieces),
  parser: weigh,
  check(check, raw) {
    const found = check(raw)
    if ('problem' in found) {
      promise(!/[\n\r\0]/.test(found.problem) && found.problem.length < 400, 'a problem is one line')
      return 'refused'
    }
    const { host, path, protocol, url } = found
    promise(['https', 'http', 'ssh', 'file'].includes(protocol), 'a transport that is allowed')
    promise(
      !/^-|^[^/[]*::|[\p{Cc}\p{Cf} \\?#]/u.test(url) || protocol === 'file',
      'nothing that git reads as something else',
    )
    if (protocol === 'file') {
      promise(
        path !== undefined && /^\/srv\/repos(?:\/|$)/.test(path) && !/\/\.\.?(?:\/|$)/.test(path),
        'a path under the roots',
      )
      if (url.startsWith('file:'))
        same(decodeURIComponent(new URL(url).pathname), path, 'git is given that path')
    } else {
      promise(host !== undefined && host !== '' && !host.startsWith('-'), 'a host')
      same(hostSeen(url), host, 'git is given the host that was weighed')
      const seen = hostOfRaw(raw)
      if (seen !== undefined) same(seen, host, 'the host that every reader sees')
      const isLocal =
        isIP(host) === 0
          ? !host.includes('.')
          : /^(?:127\.|10\.|192\.168\.|169\.254\.|0\.|::1?$|f[cd]|fe[89ab]|::ffff:)/.test(host)
      promise(!isLocal || host === 'git.lan', 'no private host')
      promise(protocol !== 'http' || host === 'git.lan', 'http only where it is allowed')
      promise(protocol === 'ssh' || !new URL(url).username, 'no user info')
      promise(originOf(url) !== undefined, 'it has an origin')
    }
    same(check(url), found, 'written anew it means the same')
    return 'accepted'
  },
  long: longUrls,
  broken: {
    'takes any URL': (raw) =>
      URL.canParse(raw)
        ? { url: new URL(raw).href, protocol: 'https', host: new URL(raw).hostname }
        : { problem: 'none' },
    'weighs another host than it hands on': (raw) => {
      const found = weigh(raw)
      return 'problem' in found
        ? found
        : { ...found, url: found.url.replace('git.example.org', 'other.example.org') }
    },
    'takes private addresses': (raw) =>
      checkRemoteUrl(raw, {
        ...urlPolicy,
        allowOutgoing: [parseAllowOutgoing('0.0.0.0/0'), parseAllowOutgoing('::/0')],
      }),
    'takes paths anywhere': (raw) => checkRemoteUrl(raw, { ...urlPolicy, repoRoots: null }),
    'forgets the port': (raw) => {
      const found = weigh(raw)
      return 'problem' in found ? found : { ...found, url: found.url.replace(/:(?:8443|2222)\//, '/') }
    },
  },
})

type OutgoingRule = (raw: string) => OutgoingUrl | { readonly problem: string }
const outgoingRules = [parseAllowOutgoing('hooks.lan:8080')]
const weighOutgoing: OutgoingRule = (raw) => checkOutgoingUrl(raw, outgoingRules)

const outgoing = fuzzTarget<string, OutgoingRule>({
  name: 'URLs of web services',
  inputs: textNear(
    [
      'https://oapi.dingtalk.com/robot/send?access_token=x',
      'https://hooks.example.org:8443/a',
      'http://h.example/x',
      'https://localhost/x',
      'http://hooks.lan:8080/x',
      'https://[2001:4860:4860::8888]/x?a=b',
    ],
    pieces,
  ),
  parser: weighOutgoing,
  check(check, raw) {
    const found = check(raw)
    if ('problem' in found) {
      promise(!found.problem.includes('access_token'), 'a problem quotes no more than the host')
      return 'refused'
    }
    const { host, port, url } = found
    same(bare(url.hostname), host, 'the host that was weighed is the host that is asked')
    same(Number(url.port || (url.protocol === 'https:' ? 443 : 80)), port, 'and so is the port')
    same(bare(new URL(raw).hostname), host, 'the host that every reader sees')
    promise(url.username === '' && url.password === '' && url.hash === '', 'no user info')
    promise(
      url.protocol === 'https:' || (host === 'hooks.lan' && port === 8_080),
      'https, or what is allowed',
    )
    promise(isIP(host) !== 0 || host.includes('.'), 'no machine nearby')
    same(check(url.href), found, 'written anew it means the same')
    return 'accepted'
  },
  long: longUrls,
  broken: {
    'takes http': (raw) =>
      checkOutgoingUrl(raw, [
        parseAllowOutgoing('0.0.0.0/0'),
        { host: 'h.example', port: null },
        { host: 'hooks.lan', port: null },
      ]),
    'takes any URL': (raw) => {
      if (!URL.canParse(raw)) return { problem: 'none' }
      const url = new URL(raw)
      return { url, host: bare(url.hostname), port: Number(url.port) || 443 }
    },
  },
})

export const urlTargets: readonly AnyFuzzTarget[] = [remote, outgoing]
