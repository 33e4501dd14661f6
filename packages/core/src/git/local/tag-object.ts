export interface TagObject {
  /** Full object name of what is tagged. */
  readonly oid: string
  /** What kind of object that is. */
  readonly type: string
  readonly name: string
  /** Who tags. */
  readonly tagger: string
  /** In ms since 1970. */
  readonly at: number
  readonly message: string
}

const email = 'gitferry@localhost'
const nobody = 'gitferry'

/** The text of a tag object, as git-mktag(1) has it. Pure. */
export function tagObjectText({ oid, type, name, tagger, at, message }: TagObject): string {
  const seconds = Math.floor(at / 1_000)
  return [
    `object ${oid}`,
    `type ${type}`,
    `tag ${name}`,
    `tagger ${personName(tagger)} <${email}> ${seconds} +0000`,
    '',
    messageText(message),
  ].join('\n')
}

/** Without what ends a name in an object, nor what git itself cuts off both ends of one. */
function personName(text: string): string {
  const name = text
    .replace(/[<>\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/gu, '')
  return name === '' ? nobody : name
}

/** Lines end as git's do, and so does the message. */
const messageText = (text: string): string =>
  `${text
    .replace(/\r\n?/g, '\n')
    .replace(/^\s*\n/, '')
    .trimEnd()}\n`
