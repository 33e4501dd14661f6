import { writeFileSync } from 'node:fs'

/**
 * Keeps what this process has in memory, secrets among it, out of core dumps, and that of every process that it starts
 * from now on: on Linux a dump then holds no memory at all (core(5), `/proc/<pid>/coredump_filter`). Answers whether it
 * could be done; elsewhere it is for whoever starts the process (`ulimit -c 0`). May be called twice.
 */
export function keepMemoryOutOfCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
    return true
  } catch {
    return false
  }
}
