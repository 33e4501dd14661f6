const nobody = 'gitferry'

/** The e-mail address of whoever has none. */
export const nobodysEmail = 'gitferry@localhost'

/**
 * A name, or an e-mail address, as it can stand in a commit or a tag: without what ends it there, nor what git itself
 * cuts off both ends of one (`strbuf_addstr_without_crud` in its ident.c). Where nothing is left, `otherwise`.
 */
export function personName(text: string, otherwise: string = nobody): string {
  const name = text
    .replace(/[<>\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/gu, '')
  return name === '' ? otherwise : name
}
