import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifGone } from './if-gone.ts'

/** The state of a store, as far as listing its folders tells. */
export interface StoreCondition {
  readonly packs: number
  /** Bytes of the packs. */
  readonly packBytes: number
  /** Objects in the packs, by the size of their indexes; one that is in two packs counts twice. */
  readonly objects: number
  /** Of these, how many came in packs newer than the commit-graph. */
  readonly objectsSinceGraph: number
  /** Estimated by one of the 256 folders, as `git gc --auto` does. */
  readonly looseObjects: number
  readonly looseRefs: number
  readonly packedRefsBytes: number
  /** `undefined`: the store has never been collected, nor looked at for it. */
  readonly collected: Collected | undefined
}

/** What is noted after a collection of garbage. */
export interface Collected {
  /** ms since 1970. */
  readonly at: number
  /** In packs, when it was done. */
  readonly objects: number
}

/** The note of the last collection, in the store. */
export const collectedFile = 'gitferry-collected.json'
/** Names the layers of the commit-graph; written, or touched, whenever it was brought up to date. */
export const graphChainFile = 'objects/info/commit-graphs/commit-graph-chain'

/** An index of version 2 has this much besides its objects: header, fan-out table, two checksums. */
const indexOverhead = { sha1: 8 + 1024 + 2 * 20, sha256: 8 + 1024 + 2 * 32 }
/** Name, CRC and offset of one object in an index. */
const indexEntry = { sha1: 20 + 8, sha256: 32 + 8 }

/** Looks at a store without starting a process. */
export async function storeCondition(path: string): Promise<StoreCondition> {
  const packDir = join(path, 'objects', 'pack')
  const names = await readdir(packDir).catch(ifGone([]))
  const graph = await stat(join(path, graphChainFile)).catch(ifGone(undefined))
  const packedRefs = await stat(join(path, 'packed-refs')).catch(ifGone(undefined))
  const format = await objectFormat(path)
  const packs = names.filter((name) => name.endsWith('.pack'))
  let packBytes = 0
  let objects = 0
  let objectsSinceGraph = 0
  for (const pack of packs) {
    packBytes += (await stat(join(packDir, pack)).catch(ifGone(undefined)))?.size ?? 0
    const index = await stat(join(packDir, pack.replace(/pack$/, 'idx'))).catch(ifGone(undefined))
    if (index === undefined) continue
    const count = Math.max(0, Math.floor((index.size - indexOverhead[format]) / indexEntry[format]))
    objects += count
    if (graph === undefined || index.mtimeMs > graph.mtimeMs) objectsSinceGraph += count
  }
  return {
    packs: packs.length,
    packBytes,
    objects,
    objectsSinceGraph,
    looseObjects: await looseObjects(path),
    looseRefs: await looseRefs(path),
    packedRefsBytes: packedRefs?.size ?? 0,
    collected: await lastCollected(path),
  }
}

async function objectFormat(path: string): Promise<'sha1' | 'sha256'> {
  const config = await readFile(join(path, 'config'), 'utf8').catch(ifGone(''))
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 'sha256' : 'sha1'
}

async function looseObjects(path: string): Promise<number> {
  const sample = await readdir(join(path, 'objects', '17')).catch(ifGone([]))
  return sample.length * 256
}

async function looseRefs(path: string): Promise<number> {
  const entries = await readdir(join(path, 'refs'), { recursive: true, withFileTypes: true }).catch(
    ifGone([]),
  )
  return entries.filter((entry) => entry.isFile()).length
}

/** A note that a crash cut off counts as none. */
async function lastCollected(path: string): Promise<Collected | undefined> {
  const text = await readFile(join(path, collectedFile), 'utf8').catch(ifGone(''))
  const [, at, objects] = /^{"at":(\d+),"objects":(\d+)}\n$/.exec(text) ?? []
  return at === undefined ? undefined : { at: Number(at), objects: Number(objects) }
}
