import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readRemotes, remotesOf } from '../../../src/git/local/read-remotes.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

async function read(config: string) {
  const path = box.repository()
  appendFileSync(join(path, '.git/config'), config)
  return readRemotes(join(path, '.git'), box)
}

it('answers none when there are none', async () => {
  expect(await read('')).toEqual([])
})

it('answers the URLs as they are written, in the order of the config', async () => {
  const config = `
[url "https://evil.example/"]
	insteadOf = https://git.example/
[remote "origin"]
	url = https://user:secret@git.example/x.git
	fetch = +refs/heads/*:refs/remotes/origin/*
[remote "backup"]
	url = git@git.example:x.git
	pushurl = ssh://push.example/x.git
`
  expect(await read(config)).toEqual([
    {
      name: 'origin',
      fetch_url: 'https://user:secret@git.example/x.git',
      push_url: 'https://user:secret@git.example/x.git',
    },
    { name: 'backup', fetch_url: 'git@git.example:x.git', push_url: 'ssh://push.example/x.git' },
  ])
})

it('takes names and URLs apart by the rules of the config, not by their look', async () => {
  const config = `
[remote "a.b]\\"\\\\ c.url"]
	url = "ext::sh -c \\"touch x\\"\\n"
[Remote "UPPER"]
	URL = one
[remote "empty"]
	url
`
  expect(await read(config)).toEqual([
    { name: 'a.b]"\\ c.url', fetch_url: 'ext::sh -c "touch x"\n', push_url: 'ext::sh -c "touch x"\n' },
    { name: 'UPPER', fetch_url: 'one', push_url: 'one' },
    { name: 'empty', fetch_url: 'true', push_url: 'true' },
  ])
})

it('does not follow what the config includes', async () => {
  const included = box.write(join(box.folder, 'included'), '[remote "hidden"]\n\turl = https://x.example/\n')
  expect(await read(`[include]\n\tpath = ${included}\n`)).toEqual([])
})

it.each([
  [
    [
      ['url', 'a'],
      ['url', 'b'],
    ],
    'a',
    'a',
  ],
  [[['pushurl', 'p']], 'r', 'p'],
  [
    [
      ['url', 'a'],
      ['pushurl', 'p'],
      ['pushurl', 'q'],
    ],
    'a',
    'p',
  ],
  [
    [
      ['url', 'a'],
      ['url', ''],
      ['url', 'b'],
    ],
    'b',
    'b',
  ],
])('chooses among %j as git does', (urls, fetchUrl, pushUrl) => {
  const entries = urls.map(([variable, value]) => ({ key: `remote.r.${variable}`, value: value ?? '' }))
  expect(remotesOf(entries)).toEqual([{ name: 'r', fetch_url: fetchUrl, push_url: pushUrl }])
})
