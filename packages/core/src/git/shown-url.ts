const hidden = '(hidden: not a URL that can be shown)'
const shownSchemes = new Set(['https', 'http', 'ssh', 'git', 'ftp', 'ftps', 'git+ssh', 'ssh+git'])
// One "@" at most, and before the host: with any other, even encoded, the secret may be what looks like the host.
const strictUrl =
  /^([a-z+]{2,7}):\/\/(?:[^\s@/?#\\]*@)?([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#](?!.*%40)[^\s@\\]*)?$/i

/**
 * What may be stored and shown of a URL that the rules forbid: scheme and host. Anything else in it, and all of a
 * text that is no URL beyond doubt, may hold a secret.
 */
export function shownUrl(raw: string): string {
  const [, scheme = '', host = ''] = strictUrl.exec(raw) ?? []
  return shownSchemes.has(scheme.toLowerCase()) ? `${scheme}://${host}`.toLowerCase() : hidden
}
