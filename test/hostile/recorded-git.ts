import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a git was started with, and by which name its verb is known. */
export interface RecordedCall {
  readonly verb: string
  readonly args: readonly string[]
}

/**
 * A git that writes its arguments down and then is the real one: `binary` is what gitferry is given. One file a
 * process, for calls at the same time.
 */
export class RecordedGit {
  readonly binary: string
  readonly #folder: string

  constructor(dir: string) {
    this.#folder = join(dir, 'calls')
    this.binary = join(dir, 'git')
    mkdirSync(this.#folder, { recursive: true })
    const lines = ['#!/bin/sh', `printf '%s\\0' $# "$@" >>'${this.#folder}'/$$`, 'exec /usr/bin/git "$@"', '']
    writeFileSync(this.binary, lines.join('\n'), { mode: 0o755 })
  }

  calls(): RecordedCall[] {
    return readdirSync(this.#folder)
      .flatMap((name) => callsIn(readFileSync(join(this.#folder, name), 'utf8')))
      .map((args) => ({ args, verb: args.find((arg) => !/^--(?:git-dir|work-tree)=/.test(arg)) ?? '' }))
  }
}

/** Their number stands before the arguments of each call: one may be empty. */
function callsIn(text: string): string[][] {
  const calls: string[][] = []
  const words = text.split('\0').slice(0, -1)
  while (words.length > 0) calls.push(words.splice(0, Number(words.shift())))
  return calls
}
