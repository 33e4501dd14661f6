/**
 * The user that goes beside a token where the caller names none. Each forge takes tokens as the password of a basic
 * authorization; most ignore the user, two insist on one.
 *
 * - bitbucket.org: `x-token-auth`
 *   (https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/)
 * - GitLab, on gitlab.com and on hosts named `gitlab.…`: `oauth2`
 *   (https://docs.gitlab.com/api/oauth2/#access-git-over-https-with-access-token)
 * - GitHub, and whoever ignores it: `x-access-token`
 *   (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation)
 *
 * @param host canonical, as `checkCredentialOrigin` answers it
 */
export function tokenUsername(host: string): string {
  if (host === 'bitbucket.org') return 'x-token-auth'
  if (host.startsWith('gitlab.')) return 'oauth2'
  return 'x-access-token'
}
