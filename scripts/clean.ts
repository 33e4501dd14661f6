/** Removes what earlier builds left: it must neither be published nor be taken for up to date. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

for (const name of readdirSync('packages'))
  rmSync(join('packages', name, 'dist'), { recursive: true, force: true })
