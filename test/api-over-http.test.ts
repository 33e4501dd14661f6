import { createClient } from '@gitferry/client'
import { describeApi } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { checkedFetch } from './checked-fetch.ts'
import { inProcess } from './in-process.ts'

describe('the interface, through client, HTTP and server', () => {
  describeApi({ describe, it, beforeEach, afterEach }, async () => {
    const { api, sandbox, dispose } = await inProcess()
    const listening = await serve(createApp(api), { port: 0 })
    const checked = checkedFetch()
    return {
      api: createClient({ baseUrl: listening.url, fetch: checked.fetch }),
      sandbox,
      dispose: async () => {
        await listening.close({ timeoutMs: 0 })
        await dispose()
        checked.end()
      },
    }
  })
})
