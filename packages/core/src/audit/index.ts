export { canonicalJson, type Json } from './canonical-json.ts'
export { ChainCheck, maxProblems } from './chain-check.ts'
export { type ChainedEntry, type ChainHead, chainHash, chainStart, isAuthentic } from './chain-hash.ts'
export { type Checkpoint, claimsEntries, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
