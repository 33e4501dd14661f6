/** The message of a commit or a tag as git keeps it: lines end with a line feed, and so does the whole. */
export const messageText = (text: string): string =>
  `${text
    .replace(/\r\n?/g, '\n')
    .replace(/^\s*\n/, '')
    .trimEnd()}\n`
