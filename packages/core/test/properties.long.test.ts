/** The properties of which every case takes a git or a walk through days, on more cases than `npm test` has time for. */
process.env.GITFERRY_FUZZ_CASES ??= '300'

await import('./contract/ref.test.ts')
await import('./contract/remote.test.ts')
await import('./schedule/clock-change.test.ts')
await import('./services/relate-refs.test.ts')
