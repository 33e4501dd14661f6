/**
 * The server that `http.ts` measures, in a process of its own: gitferry on SQLite behind its HTTP API, and beside it a
 * bare node:http server that sends the same number of bytes. Told `collect`, it collects garbage and answers its
 * resident memory in bytes.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'

const [dataDir = 'data'] = process.argv.slice(2)
const gitferry = createGitferry({
  storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
  dataDir,
  secrets: aesGcmSecrets({ keyFile: join(dataDir, 'secret.key') }),
})
await gitferry.start()
const listening = await serve(createApp(gitferry), { port: 0 })

const bare = createServer((request, response) => {
  const bytes = Number(new URL(request.url ?? '/', 'http://bare').searchParams.get('bytes'))
  response.setHeader('Content-Type', 'application/json')
  response.end(Buffer.alloc(bytes, 32))
})
await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve))

process.on('message', async (message) => {
  if (message === 'stop') {
    bare.closeAllConnections()
    bare.close()
    await listening.close({ timeoutMs: 0 })
    await gitferry.stop({ graceful: false })
    process.disconnect()
    return
  }
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await pause(100)
  }
  process.send?.({ resident: process.memoryUsage.rss() })
})
process.send?.({
  url: listening.url,
  bareUrl: `http://127.0.0.1:${(bare.address() as AddressInfo).port}`,
})
