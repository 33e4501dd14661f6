import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

/** Every subpath that a package exports is one entry, so exports and files cannot drift apart. */
function entries(directory: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as {
    exports: Record<string, { '@gitferry/source': string }>
  }
  const sources = Object.values(exports).map((target) => target['@gitferry/source'])
  return Object.fromEntries(
    sources.map((source) => [
      source.slice('./src/'.length, -'.ts'.length),
      `${directory}/${source.slice(2)}`,
    ]),
  )
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
    removeNodeProtocol: false,
    tsconfig: `${directory}/tsconfig.json`,
  }
}

export default defineConfig([
  build('core', 'node22'),
  build('adapters', 'node22'),
  build('client', 'es2022'),
  build('server', 'node22', { bin: 'packages/server/src/bin.ts' }),
])
