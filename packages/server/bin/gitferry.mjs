#!/usr/bin/env node
// Must run on any Node: it finds one that is new enough, then starts the command, built or from source.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(import.meta.url)
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  const built = new URL('../dist/bin.js', import.meta.url)
  const source = (name, context, next) =>
    next(name, { ...context, conditions: [...context.conditions, '@gitferry/source'] })
  if (!existsSync(built)) module.registerHooks({ resolve: source })
  await import(existsSync(built) ? built.href : new URL('../src/bin.ts', import.meta.url).href)
} else {
  let folder = dirname(here)
  const newer = () => join(folder, 'node_modules/.bin/node')
  while (folder !== dirname(folder) && !existsSync(newer())) folder = dirname(folder)
  if (!existsSync(newer()) || realpathSync(newer()) === realpathSync(process.execPath)) {
    process.stderr.write(`gitferry: needs Node 22.19 or newer; this is ${process.version}\n`)
    process.exit(1)
  }
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']
  // listening begins before the start: a signal in between must not end this process alone
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const child = spawn(newer(), [here, ...process.argv.slice(2)], { stdio: 'inherit' })
  child.on('error', (error) => {
    process.stderr.write(`gitferry: cannot start ${newer()}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of signals) process.removeAllListeners(name)
    // for where the signal does not end this process: the first one of a container
    process.exitCode = 128 + constants.signals[signal]
    process.kill(process.pid, signal)
  })
}
