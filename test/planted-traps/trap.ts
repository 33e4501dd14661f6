import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ApiSandbox } from '@gitferry/core/testing'

/** Where traps lead, and where they leave a mark when they are sprung. */
export interface TrapPlaces {
  readonly sandbox: ApiSandbox
  /** A file of the trap’s name comes to stand here when its program runs. */
  readonly marks: string
  /** A folder with a repository, outside of the roots, that nothing may touch. */
  readonly canary: string
  /** On 127.0.0.1; nobody may connect. */
  readonly port: number
}

/** A program that leaves its mark; answers its path. */
export function program({ marks, sandbox }: TrapPlaces, trap: string): string {
  const name = trap.replaceAll('/', '-')
  const path = join(sandbox.root, '..', 'programs', name)
  write(path, `#!/bin/sh\ntouch '${join(marks, name)}'\n`, 0o755)
  return path
}

/** A file, with the folders above it; answers its path. */
export function write(path: string, text: string, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode })
  return path
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** `filter.x.clean` = `…` as lines of a config file. */
export function setting(key: string, value: string): string {
  const [, section = '', name, variable] = /^([^.]+)\.(?:(.+)\.)?([^.]+)$/.exec(key) ?? []
  const heading = name === undefined ? `[${section}]` : `[${section} ${quoted(name)}]`
  return `${heading}\n\t${variable} = ${quoted(value)}\n`
}

/** Adds settings to the configuration of a clone. */
export const configure = (path: string, settings: readonly (readonly [string, string])[]): void =>
  appendFileSync(join(path, '.git/config'), settings.map(([key, value]) => setting(key, value)).join(''))

/** Plants one group of traps in the clone at `path`. */
export type Plant = (path: string, places: TrapPlaces) => void

/** The traps that were sprung since this was asked last. */
export function takeSprung({ marks }: TrapPlaces): string[] {
  const sprung = readdirSync(marks).sort()
  for (const mark of sprung) rmSync(join(marks, mark))
  return sprung
}
