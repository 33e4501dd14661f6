import { describe, expect, it } from 'vitest'
import { escapeInvisible, redact, redactSecrets } from '../../src/git/redact.ts'

describe('redactSecrets', () => {
  const secret = "s3cr:t/ü 'x'&$&"
  const encoded = encodeURIComponent(secret)
  it.each([
    ['raw', secret],
    ['URL-encoded', encoded],
    ['URL-encoded in lower case', encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())],
    ['as a query writes it', encoded.replaceAll('%20', '+')],
    ['URL-encoded strictly', encoded.replaceAll("'", '%27')],
    ['raw, taken for Latin-1', Buffer.from(secret).toString('latin1')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('takes a secret out: %s', (_, form) => {
    expect(redactSecrets(`before ${form} after ${form}`, [secret])).toBe('before [secret] after [secret]')
  })

  it('takes out the longer of two secrets that begin alike', () => {
    expect(redactSecrets('abcdef abc', ['abc', 'abcdef'])).toBe('[secret] [secret]')
  })

  it('leaves a text alone that holds none, and an empty secret counts for nothing', () => {
    expect(redactSecrets('nothing here', ['', 'secret'])).toBe('nothing here')
  })

  it.each([
    ['https://user:pa:ss@host/x', 'https://[secret]@host/x'],
    ["fatal: unable to access 'https://token@host/x/'", "fatal: unable to access 'https://[secret]@host/x/'"],
    ['HTTP://u:p@a and ssh://u:p@b', 'HTTP://[secret]@a and ssh://[secret]@b'],
    ['ssh://git@host/x', 'ssh://git@host/x'],
    ['https://host/x@y', 'https://host/x@y'],
    ['git@github.com:org/x', 'git@github.com:org/x'],
  ])('second net, user info of a URL: %s', (text, expected) => {
    expect(redactSecrets(text, [])).toBe(expected)
  })

  it.each(['a'.repeat(200_000), 'a://'.repeat(50_000), `https://${'a:'.repeat(100_000)}`])(
    'reads a long text once, not once per letter (%#)',
    (text) => {
      expect(redactSecrets(text, [])).toBe(text)
    },
  )
})

describe('escapeInvisible', () => {
  it.each([
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['a\u0000b\u007f\u009b', 'a\\u{0}b\\u{7f}\\u{9b}'],
    ['main\u202egpj\u2028\u2029\u200b', 'main\\u{202e}gpj\\u{2028}\\u{2029}\\u{200b}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['tab\tand\nline stay, äöü 漢字 😀 too', 'tab\tand\nline stay, äöü 漢字 😀 too'],
  ])('%j', (text, expected) => {
    expect(escapeInvisible(text)).toBe(expected)
  })
})

it('redact makes lines of a progress meter', () => {
  expect(redact('10%\r20%\r\ndone\n')).toBe('10%\n20%\ndone\n')
})
