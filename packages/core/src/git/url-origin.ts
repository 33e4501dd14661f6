const scpHost = /^(?:[^@:/]+@)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):/i

/**
 * Scheme, host and port of a remote's URL as `checkRemoteUrl` writes it: what a stored secret is bound to. The port
 * is named where it is not the scheme's own. All places on this machine are one origin, `file://`.
 * @returns `undefined` for what is no URL
 */
export function originOf(url: string): string | undefined {
  if (url.startsWith('/')) return 'file://'
  const [, scheme = '', authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(url) ?? []
  switch (scheme) {
    case 'file':
      return 'file://'
    case 'http':
    case 'https':
      return URL.canParse(url) ? new URL(url).origin : undefined
    case 'ssh':
      return `ssh://${authority.slice(authority.lastIndexOf('@') + 1)}`
    default: {
      const host = scpHost.exec(url)?.[1]
      return host === undefined || scheme !== '' ? undefined : `ssh://${host}`
    }
  }
}

/** Both origins of a remote. */
export const originsOf = (remote: { readonly fetch_url: string; readonly push_url: string }) => ({
  fetch: originOf(remote.fetch_url),
  push: originOf(remote.push_url),
})

type Urls = Parameters<typeof originsOf>[0]

/** Whether a remote still leads where it led, for fetching and for pushing. What is no URL leads nowhere known. */
export function hasSameOrigins(before: Urls, now: Urls): boolean {
  const [old, given] = [originsOf(before), originsOf(now)]
  return (['fetch', 'push'] as const).every((end) => old[end] !== undefined && old[end] === given[end])
}
