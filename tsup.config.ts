import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly '@gitferry/source': string }>>
  readonly dependencies?: Readonly<Record<string, string>>
}

const manifestOf = (directory: string) =>
  JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as Manifest

/** Every subpath that a package exports is one entry, so exports and files cannot drift apart. */
function entries(directory: string): Record<string, string> {
  const sources = Object.values(manifestOf(directory).exports).map((target) => target['@gitferry/source'])
  return Object.fromEntries(
    sources.map((source) => [
      source.slice('./src/'.length, -'.ts'.length),
      `${directory}/${source.slice(2)}`,
    ]),
  )
}

/** What a package depends on, and its subpaths, stays outside of its bundle. */
function dependencies(directory: string): RegExp[] {
  const names = Object.keys(manifestOf(directory).dependencies ?? {})
  return names.map((name) => new RegExp(`^${RegExp.escape(name)}(/|$)`))
}

function build(name: string, target: string, extra: Record<string, string> = {}) {
  const directory = `packages/${name}`
  return {
    name,
    entry: { ...entries(directory), ...extra },
    outDir: `${directory}/dist`,
    format: ['esm' as const],
    target,
    dts: false,
    sourcemap: true,
    clean: false,
    splitting: true,
    external: dependencies(directory),
    removeNodeProtocol: false,
    tsconfig: `${directory}/tsconfig.json`,
  }
}

export default defineConfig([
  // started as a process and as a thread of their own, so files of their own at a place that is known
  build('core', 'node22', {
    'fork-server-process': 'packages/core/src/git/fork-server-process.ts',
    'openssh-key-worker': 'packages/core/src/keys/openssh-key-worker.ts',
  }),
  build('adapters', 'node22'),
  build('client', 'es2022'),
  build('server', 'node22', { bin: 'packages/server/src/bin.ts' }),
])
