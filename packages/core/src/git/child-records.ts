import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../ports/logger.ts'
import { endGroup, groupMembers, processStat } from './process-group.ts'

interface ChildRecord {
  readonly start_time: string
  readonly boot_id: string
  readonly home: string
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

/** Remembers running children in files, so that the next start finds those that a killed gitferry left. */
export class ChildRecords {
  readonly #dir: string
  readonly #home: string
  readonly #bootId = readBootId()

  /** Makes the folder. `home` marks the children of this gitferry: it is in their environment. */
  constructor(dir: string, home: string) {
    this.#dir = dir
    this.#home = home
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  /** Synchronous, so that no other work comes between the start of a child and its record. */
  add(pid: number): void {
    const record: ChildRecord = {
      start_time: processStat(pid)?.startTime ?? '',
      boot_id: this.#bootId,
      home: this.#home,
    }
    writeFileSync(join(this.#dir, String(pid)), JSON.stringify(record), { mode: 0o600 })
  }

  remove(pid: number): void {
    rmSync(join(this.#dir, String(pid)), { force: true })
  }
}

function readRecord(file: string): ChildRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<ChildRecord>
    const { start_time, boot_id, home } = record
    return start_time && boot_id && home ? { start_time, boot_id, home } : undefined
  } catch {
    return undefined
  }
}

function hasHome(pid: number, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`HOME=${home}`)
  } catch {
    return false
  }
}

/** A pid is used again sooner or later: only a group that is certainly ours may be ended. */
function isOurs(pid: number, record: ChildRecord): boolean {
  if (record.boot_id !== readBootId()) return false
  const leader = processStat(pid)
  if (leader !== undefined) return leader.startTime === record.start_time
  const members = groupMembers(pid) ?? []
  return members.length > 0 && members.every((member) => hasHome(member.pid, record.home))
}

/**
 * Ends the process groups that a killed gitferry left running, and waits until they are gone. To be called at
 * start, before the first child. Without `/proc` only the records are removed. May be called twice.
 * @returns how many groups were ended
 */
export async function reapChildren(childrenDir: string, logger: Logger): Promise<number> {
  let names: string[]
  try {
    names = readdirSync(childrenDir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
  const reaped = await Promise.all(
    names.map(async (name) => {
      const file = join(childrenDir, name)
      const pid = Number(name)
      const record = Number.isSafeInteger(pid) && pid > 1 ? readRecord(file) : undefined
      const ours = record !== undefined && isOurs(pid, record)
      if (ours) {
        const gone = await endGroup(pid)
        if (gone) logger.warn('ended a git process that an earlier gitferry left running', { pid })
        else logger.error('a git process that an earlier gitferry left running cannot be ended', { pid })
      }
      rmSync(file, { force: true })
      return ours
    }),
  )
  return reaped.filter(Boolean).length
}
