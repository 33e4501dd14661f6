import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'

/**
 * Audit entries a second: refused changes, each of which is one entry in a transaction of its own, on SQLite with every
 * commit on the disk; and how long it takes to seal and to verify what is there.
 */
export async function benchAudit({
  entries,
  print,
}: {
  readonly entries: number
  readonly print: (line: string) => void
}): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'gitferry-bench-'))
  const gitferry = createGitferry({
    storage: sqliteStorage({ path: join(root, 'gitferry.db') }),
    dataDir: join(root, 'data'),
    secrets: aesGcmSecrets({ keyFile: join(root, 'secret.key') }),
  })
  await gitferry.start()
  try {
    const change = () => gitferry.repos.delete(4_711).catch(() => {})
    for (let index = 0; index < 100; index += 1) await change()
    for (const parallel of [1, 16]) {
      const begun = performance.now()
      await Promise.all(
        Array.from({ length: parallel }, async () => {
          for (let index = 0; index < entries / parallel; index += 1) await change()
        }),
      )
      const seconds = (performance.now() - begun) / 1_000
      print(
        `audit entries: ${Math.round(entries / seconds)} a second (${parallel} at once, ${entries} entries)`,
      )
    }
    const sealing = performance.now()
    const before = await gitferry.audit.verify()
    let state = before
    while (state.unsealed > 0) {
      await pause(50)
      state = await gitferry.audit.verify()
    }
    const sealedIn = (performance.now() - sealing) / 1_000
    print(
      `audit sealing: ${Math.round(before.unsealed / sealedIn)} entries a second (${before.unsealed} that waited)`,
    )
    const begun = performance.now()
    const { valid, sealed } = await gitferry.audit.verify()
    const perSecond = Math.round((sealed / (performance.now() - begun)) * 1_000)
    print(
      `audit verify: ${perSecond} entries a second (${sealed}; the chain ${valid ? 'holds' : 'DOES NOT HOLD'})`,
    )
  } finally {
    await gitferry.stop({ graceful: false })
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}
