import { createClient } from '@gitferry/client'
import { describeApi } from '@gitferry/core/testing'
import { createApp, type ServedGitferry } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { checkedFetch } from './checked-fetch.ts'
import { inProcess } from './in-process.ts'

/** What the suite shows. It is no row: the storage is empty, and yet the suite is let in once tokens are asked for. */
const pass = 'of-the-suite'

function withPass(gitferry: ServedGitferry): ServedGitferry {
  const authenticate: ServedGitferry['authenticate'] = async (token) =>
    token === pass ? { user: 'anonymous', scope: 'admin' } : gitferry.authenticate(token)
  return new Proxy(gitferry, {
    get(target, name) {
      const found: unknown = name === 'authenticate' ? authenticate : Reflect.get(target, name, target)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
}

describe('the interface, through client, HTTP and server', () => {
  describeApi({ describe, it, beforeEach, afterEach }, async () => {
    // on SQLite it runs in process
    const { api, sandbox, dispose } = await inProcess({ inMemory: true })
    const listening = await serve(createApp(withPass(api)), { port: 0 })
    const checked = checkedFetch()
    const client = (token: string) => createClient({ baseUrl: listening.url, fetch: checked.fetch, token })
    return {
      api: client(pass),
      sandbox,
      signedIn: async (token) => client(token),
      dispose: async () => {
        await listening.close({ timeoutMs: 0 })
        await dispose()
        checked.end()
      },
    }
  })
})
