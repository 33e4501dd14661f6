import { describe, expect, it } from 'vitest'
import { gitAddress } from '../src/git-http/git-address.ts'
import { gitCredential } from '../src/git-http/git-credential.ts'
import { streamedAnswer } from '../src/git-http/streamed-answer.ts'

describe('the address of a repository', () => {
  it.each([
    ['/local/name.git/info/refs', { group: 'local', name: 'name', rest: 'info/refs' }],
    ['/Team_1/a%20b%2Fc%C3%A9.git/HEAD', { group: 'Team_1', name: 'a b/cé', rest: 'HEAD' }],
    ['/team/x.git.git/objects/a.git/b', { group: 'team', name: 'x.git', rest: 'objects/a.git/b' }],
    ['/api/name.git/info/refs', undefined],
    ['/V2/name.git/info/refs', undefined],
    ['/%61pi/name.git/info/refs', undefined],
    ['/team/name/info/refs', undefined],
    ['/team/name.git', undefined],
    ['/team/name.git/', undefined],
    ['/a/b/name.git/info/refs', undefined],
    ['/team/%ff.git/info/refs', undefined],
    ['/team/.git/info/refs', undefined],
  ])('%s', (path, expected) => {
    expect(gitAddress(path)).toEqual(expected)
  })
})

describe('the credential of a git client', () => {
  const shown = (Authorization: string) => gitCredential(new Headers({ Authorization }))
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('is the password, whatever stands before the first colon', () => {
    expect(shown(basic('ann:gitferry_a_b'))).toBe('gitferry_a_b')
    expect(shown(basic(':a:b'))).toBe('a:b')
    expect(shown(`bAsIc  ${basic('ann:x').slice(6)}`)).toBe('x')
    expect(gitCredential(new Headers())).toBeUndefined()
  })

  it('is refused, with nothing of it in the message, where it is none', () => {
    for (const text of [
      'Basic',
      'Basic %%',
      basic('nocolon'),
      basic('ann:'),
      'Basicx YTpi',
      'Digest secret',
    ]) {
      expect(() => shown(text), text).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
      expect(() => shown(text)).not.toThrow(/nocolon|secret/)
    }
  })
})

describe('a streamed answer', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  it('is the preface and what was written, and waits for its reader', async () => {
    let written = 0
    const body = await streamedAnswer(
      async (output) => {
        for (let index = 0; index < 100; index += 1) {
          await output(bytes('x'))
          written += 1
        }
      },
      { preface: bytes('begin '), onCut: () => false },
    )
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(0)
    expect(await new Response(body).text()).toBe(`begin ${'x'.repeat(100)}`)
  })

  it('throws what fails before its first chunk, and is cut off by what fails after it', async () => {
    const failed = new Error('no')
    await expect(streamedAnswer(() => Promise.reject(failed), { onCut: () => false })).rejects.toBe(failed)
    const cuts: unknown[] = []
    const body = await streamedAnswer(
      async (output) => {
        await output(bytes('x'))
        throw failed
      },
      {
        onCut(error) {
          cuts.push(error)
          return false
        },
      },
    )
    await expect(new Response(body).text()).rejects.toBe(failed)
    expect(cuts).toEqual([failed])
  })

  it('tells whoever writes that its reader has gone away', async () => {
    const told = Promise.withResolvers<unknown>()
    const body = await streamedAnswer(
      async (output) => {
        for (;;)
          await output(bytes('x')).catch((error: unknown) => {
            told.resolve(error)
            throw error
          })
      },
      { onCut: () => true },
    )
    await body.cancel()
    expect(await told.promise).toMatchObject({ code: 'ABORTED' })
  })
})
