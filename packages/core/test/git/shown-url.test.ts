import { describe, expect, it } from 'vitest'
import { shownUrl } from '../../src/git/shown-url.ts'

const hidden = '(hidden: not a URL that can be shown)'

describe('shownUrl', () => {
  it.each([
    ['https://me:secret@Git.Example.com/r.git', 'https://git.example.com'],
    ['https://git.example.com/r.git?access_token=secret', 'https://git.example.com'],
    ['https://git.example.com#secret', 'https://git.example.com'],
    ['HTTP://10.0.0.1:3000/r', 'http://10.0.0.1'],
    ['ssh://me:secret@[fd00::1]:22/r', 'ssh://[fd00::1]'],
    ['git://git.example.com/r', 'git://git.example.com'],
  ])('%s → %s', (raw, shown) => {
    expect(shownUrl(raw)).toBe(shown)
  })

  it.each([
    '',
    'https://user:pa/ss@host/r.git',
    'https://user:12/34@host/r.git',
    'https://user:p@ss@host/r',
    'https://host/r?to=a@b',
    'https://u:@secret/%40host/r',
    'https:/u:secret@h',
    'HTTPS:\\\\u:secret@h',
    'https://u:se cret@h/r',
    'https://u:secret@h\\r',
    'https://u:secret@h/r\n',
    'user:secret@host:path',
    'git@host:path',
    '//u:secret@h/r',
    'ext::sh -c secret',
    'secret://host/r',
    'file:///r?token=secret',
    '/a/path',
  ])('%j is hidden', (raw) => {
    expect(shownUrl(raw)).toBe(hidden)
  })
})
