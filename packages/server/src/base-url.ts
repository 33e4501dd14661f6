/** What `baseUrl` takes, for a message that begins with the name of the setting. */
export const baseUrlRule =
  'must be an http or https URL without a user, a query or a fragment, such as https://git.example.org'

/** A URL that addresses are put behind, without a slash at its end; `undefined`: the text is none. Pure. */
export function baseUrl(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  // an empty query or user counts too, which the parsed parts do not show
  if (/[?#]/.test(text) || url.username !== '' || url.password !== '') return undefined
  return url.href.replace(/\/+$/, '')
}
