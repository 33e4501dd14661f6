import { describe, expect, it } from 'vitest'
import { parseAllowOutgoing } from '../../src/git/outgoing-rules.ts'
import { checkOutgoingUrl } from '../../src/git/outgoing-url.ts'
import { hostileValues } from '../contract/hostile-values.ts'

describe('a URL of a web service', () => {
  const atConnect = ['blocked_at_connect', 'redirect_not_followed']

  it.each(hostileValues('notifier_url').filter(({ code }) => !atConnect.includes(code)))(
    '$id is refused by its text alone',
    ({ value }) => {
      expect(checkOutgoingUrl(value, [])).toHaveProperty('problem')
    },
  )

  it.each([
    ['https://hooks.example/a?token=x%2By', 'https://hooks.example/a?token=x%2By'],
    ['HTTPS://Hooks.Example.:443/', 'https://hooks.example/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]:8443/x', 'https://[2606:4700::1111]:8443/x'],
  ])('%s is taken', (raw, url) => {
    expect((checkOutgoingUrl(raw, []) as { url: URL }).url.href).toBe(url)
  })

  it.each([
    'https://１２７.0.0.1/',
    'https://hooks.example\\@evil.example/',
    'https://localhost/',
    'https://robot/',
    'https://metadata.google.internal/',
    'https://hooks.example:99999/',
    'https://hooks.example/#x',
    'https:///x',
    'https://',
    `https://hooks.example/${'a'.repeat(3_000)}`,
    '',
  ])('%s is refused', (raw) => {
    expect(checkOutgoingUrl(raw, [])).toHaveProperty('problem')
  })

  it('over plain http, or in a private network, is taken where a rule names it', () => {
    const rules = ['hooks.lan:8080', '10.0.0.0/8'].map(parseAllowOutgoing)
    expect(checkOutgoingUrl('http://hooks.lan:8080/', rules)).toMatchObject({ host: 'hooks.lan', port: 8080 })
    expect(checkOutgoingUrl('http://10.1.2.3/', rules)).toMatchObject({ port: 80 })
    expect(checkOutgoingUrl('http://hooks.lan:81/', rules)).toHaveProperty('problem')
  })
})
