import {
  checkUrlWithLogin,
  type TakenLogin,
  takeLogin,
  UrlLogin,
} from '../../../packages/core/src/git/url-login.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { textNear } from '../inputs.ts'
import { promise } from '../promises.ts'
import { longUrls, urlPolicy } from './urls.ts'

type LoginTaker = (raw: string) => TakenLogin | undefined

const login = fuzzTarget<string, LoginTaker>({
  name: 'user info in URLs',
  inputs: textNear(
    [
      'https://user:secret@git.example.org/x',
      'https://ghp_0123456789abcdefghij@github.com/x.git',
      'https://bob@bitbucket.org/x',
      'https://user:p%40ss%3Aword@h.example/x',
      'https://:token@h.example/x',
      'https://git.example.org/x',
    ],
    ['@', ':', '%40', '%3a', '%', '/', '?', '#', 'user', 'x-oauth-basic'],
  ),
  parser: takeLogin,
  check(take, raw) {
    const found = take(raw)
    if (found === undefined) return 'refused'
    promise(!found.url.includes('@'), 'nothing of it is left in the URL')
    const seen = URL.parse(found.url)
    promise(!seen?.username && !seen?.password, 'every reader sees no user')
    const { login: taken } = found
    if (taken !== null && URL.canParse(raw)) {
      const { password, username } = new URL(raw)
      const parts = [username, password].map(decodeURIComponent)
      promise(parts.includes(taken.secret), 'the secret that every reader sees')
      promise(
        !JSON.stringify(taken).includes(JSON.stringify(taken.secret).slice(1, -1)) || taken.secret.length < 9,
        'no JSON shows it',
      )
      const checked = checkUrlWithLogin(raw, urlPolicy)
      promise('problem' in checked || !checked.url.includes('@'), 'a URL is weighed without it')
    }
    return 'accepted'
  },
  long: longUrls,
  broken: {
    'leaves the password': (raw) => {
      const found = takeLogin(raw)
      return found && { ...found, url: found.url.replace('://', '://user@') }
    },
    'takes it as it is written': (raw) => {
      const [, start = '', user = '', password, rest = ''] =
        /^(https:\/\/)([^@:/]*):([^@/]*)@(.*)$/.exec(raw) ?? []
      return password === undefined
        ? takeLogin(raw)
        : { url: start + rest.replaceAll('@', ''), login: new UrlLogin(user, password) }
    },
  },
})

export const urlLoginTargets: readonly AnyFuzzTarget[] = [login]
