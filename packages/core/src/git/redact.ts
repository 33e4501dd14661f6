const marker = '[secret]'
const invisible = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu
// The scheme is bounded, or a long word would be scanned from each of its letters.
const userInfo = /([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s/?#'"]*)@/gi

/**
 * Every form in which a secret value may turn up in a text, longest first: raw, URL-encoded (as
 * `encodeURIComponent` and as a query string write it), base64 and base64url, padded or not; and raw as Latin-1, as
 * which git reads what a server answers in `text/plain` without a charset.
 */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret === '') continue
    const bytes = Buffer.from(secret)
    const encoded = encodeURIComponent(bytes.toString())
    forms.add(secret)
    forms.add(bytes.toString('latin1'))
    forms.add(encoded)
    forms.add(encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()))
    forms.add(encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`))
    forms.add(encoded.replaceAll('%20', '+'))
    for (const encoding of ['base64', 'base64url'] as const) {
      forms.add(bytes.toString(encoding))
      forms.add(bytes.toString(encoding).replace(/=+$/, ''))
    }
  }
  return [...forms].sort((a, b) => b.length - a.length)
}

/**
 * Takes known secret values out of a whole text (a secret cut in two by chunks would be missed), and as a
 * second net the user info of anything that looks like a URL. The base64 of `user:secret` is a value of its
 * own: pass it as one.
 */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  const clean = secretForms(secrets).reduce((rest, form) => rest.replaceAll(form, () => marker), text)
  return clean.replace(userInfo, (whole, scheme: string, user: string) => {
    const isLoginName = scheme.toLowerCase() === 'ssh://' && /^[\w.-]+$/.test(user)
    return isLoginName ? whole : `${scheme}${marker}@`
  })
}

/**
 * Text that came from elsewhere, made safe to print: control and invisible format characters (which move the
 * cursor, colour, hide or reorder what a person reads) become `\u{…}`; line breaks and tabs stay.
 */
export const escapeInvisible = (text: string): string =>
  text.replace(invisible, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)

/**
 * Both: what every text from git goes through before it leaves the runner. The carriage returns of git's
 * progress meter become line breaks.
 */
export const redact = (text: string, secrets: readonly string[] = []): string =>
  escapeInvisible(redactSecrets(text, secrets).replace(/\r\n?/g, '\n'))
