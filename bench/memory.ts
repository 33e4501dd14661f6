import { fork } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openGitFolder } from './git-folder.ts'
import { commit } from './history.ts'

export interface MemoryBenchOptions {
  readonly print: (line: string) => void
  /** Of what cannot be compressed, in the repository that is carried. */
  readonly megabytes: number
}

const aimMb = 150
const mb = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MB`

/**
 * What the first mirror of a large repository between two file remotes takes of memory: of gitferry's Node process, above
 * what it has when idle, and of git, all processes that are there at one time, its own at the remotes too. Needs /proc.
 */
export async function benchMemory({ print, megabytes }: MemoryBenchOptions): Promise<void> {
  await using folder = await openGitFolder()
  const source = await folder.bare('source.git')
  await folder.git(['--git-dir', source, 'fast-import', '--quiet'], incompressible(megabytes))
  const target = await folder.bare('target.git')
  const managed = await folder.bare('managed.git')
  for (const [name, path] of Object.entries({ origin: source, backup: target })) {
    await folder.git(['--git-dir', managed, 'remote', 'add', name, pathToFileURL(path).href])
  }

  const program = fileURLToPath(new URL('memory-process.ts', import.meta.url))
  const subject = fork(program, [join(folder.path, 'data'), managed], {
    execArgv: ['--conditions=@gitferry/source', '--expose-gc'],
  })
  await once(subject, 'message')
  const highest = { git: 0, gitOwn: 0, node: 0 }
  const stopLooking = looking(async () => {
    const now = await residentBelow(subject.pid!)
    for (const key of ['git', 'gitOwn', 'node'] as const) highest[key] = Math.max(highest[key], now[key])
  })
  subject.send('sync')
  const [{ idle, peak, status, error_message }] = await once(subject, 'message')
  await stopLooking()
  subject.send('stop')
  await once(subject, 'exit')
  if (status !== 'success') throw new Error(`the run ended ${status}: ${error_message}`)

  const grown = peak.resident - idle.resident
  print(
    `memory of a sync of ${megabytes} MB: ${mb(grown)} above idle in Node (idle ${mb(idle.resident)}, highest ` +
      `${mb(peak.resident)}; heap and buffers ${mb(peak.used - idle.used)} above idle; its fork server ${mb(highest.node)}); ` +
      `all gits together at the most ${mb(highest.git)}, ${mb(highest.gitOwn)} without the files that they map; ` +
      `aim ≤ ${aimMb} MB: ${grown <= aimMb * 1_048_576 ? 'met' : 'MISSED'}`,
  )
}

/** A branch of files of 1 MB each, 10 to a commit, which look like nothing but noise. */
function* incompressible(megabytes: number): Iterable<string | Buffer> {
  const noise = Buffer.alloc(1_048_576)
  for (let index = 0; index < megabytes; index += 1) {
    yield* commit({ ref: 'refs/heads/main', file: `noise-${index}`, content: randomFillSync(noise) })
  }
}

/** Looks again and again until it is told to stop. */
function looking(look: () => Promise<void>): () => Promise<void> {
  let isOver = false
  const done = (async () => {
    while (!isOver) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  return () => {
    isOver = true
    return done
  }
}

/**
 * Memory of the processes below one, in bytes, what several share counted once: of gits, with the files that they map and
 * without, and of Node.
 */
async function residentBelow(pid: number) {
  const parents = new Map<number, number>()
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    // the name in brackets may hold anything
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (stat !== '') parents.set(Number(name), parent)
  }
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child)
    return parent !== undefined && (parent === pid || isBelow(parent))
  }
  const found = { git: 0, gitOwn: 0, node: 0 }
  for (const child of [...parents.keys()].filter(isBelow)) {
    // gone meanwhile: it has nothing
    const [name = '', rollup = ''] = await Promise.all(
      ['comm', 'smaps_rollup'].map((file) => readFile(`/proc/${child}/${file}`, 'latin1').catch(() => '')),
    )
    const kilobytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0)
    if (name.startsWith('git')) {
      found.git += kilobytes('Pss') * 1_024
      found.gitOwn += kilobytes('Pss_Anon') * 1_024
    } else found.node += kilobytes('Pss') * 1_024
  }
  return found
}
