const forging = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

/**
 * What a caller says of himself, as an entry holds it: each character that would forge a line, move a terminal’s cursor
 * or turn the writing direction round is U+FFFD. Header values may hold those of 0x80 to 0x9f (RFC 9110, 5.5).
 */
export const legible = (text: string): string => text.replace(forging, '\ufffd')
