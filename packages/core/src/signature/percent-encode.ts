/** Encodes everything but `A-Za-z0-9-_.~` as the `%XX` of its UTF-8, in capitals (RFC 3986, 2.3), as the signers do. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** What an encoded text stands for; `undefined` where it is not well encoded. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
