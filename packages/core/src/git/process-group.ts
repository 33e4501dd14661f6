import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a process group has between SIGTERM, at which git removes its lock files, and SIGKILL. In ms. */
export const termGraceMs = 2_000
const killGraceMs = 5_000

/** What Linux tells of a process in `/proc/<pid>/stat`. */
export interface ProcessStat {
  readonly pid: number
  readonly group: number
  /** In clock ticks since boot: with the pid it names one process for good. */
  readonly startTime: string
  /** Ended, but not yet collected by its parent. */
  readonly isZombie: boolean
}

/** @returns `undefined` when there is no such process, or no `/proc` */
export function processStat(pid: number): ProcessStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    group: Number(fields[2]),
    startTime: fields[19] ?? '',
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
  }
}

/** The living processes of a group, or `undefined` where `/proc` cannot be read. */
export function groupMembers(group: number): ProcessStat[] | undefined {
  if (process.platform !== 'linux') return undefined
  return processNames()
    ?.filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processStat(Number(name)) ?? [])
    .filter((stat) => stat.group === group && !stat.isZombie)
}

function processNames(): string[] | undefined {
  try {
    return readdirSync('/proc')
  } catch {
    // no descriptor is left, or no /proc is mounted: a signal alone has to tell
    return undefined
  }
}

/** @returns whether the group had a process to signal */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// Where pid 1 collects no orphans, an ended grandchild stays a zombie for ever and still answers signal 0.
const isAlive = (group: number): boolean => signalGroup(group, 0) && (groupMembers(group)?.length ?? 1) > 0

async function isGoneWithin(group: number, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  for (let wait = 1; isAlive(group); wait = Math.min(wait * 2, 50)) {
    if (performance.now() > deadline) return false
    await sleep(wait)
  }
  return true
}

/**
 * Ends a process group: SIGTERM, and SIGKILL to what is left after the grace. Costs one system call when the
 * group is empty already. May be called twice.
 * @returns whether the group is gone; `false` only when the system refuses to end a process
 */
export async function endGroup(group: number, graceMs = termGraceMs): Promise<boolean> {
  if (!isAlive(group)) return true
  signalGroup(group, 'SIGTERM')
  if (await isGoneWithin(group, graceMs)) return true
  signalGroup(group, 'SIGKILL')
  return isGoneWithin(group, killGraceMs)
}
