import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const bundle = async (external: string[]) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@gitferry/source'],
    external,
  })
  return { code: outputFiles[0]!.contents, inputs: Object.keys(metafile.inputs) }
}

it('runs in a browser: ky and the wire tables, and nothing else', async () => {
  const { code, inputs } = await bundle([])
  const foreign = inputs.filter((path) => !/(^|\/)(src|core\/src\/wire|node_modules\/ky)\//.test(path))
  expect(foreign).toEqual([])
  expect(inputs.some((path) => path.includes('node_modules/ky/'))).toBe(true)
  expect(inputs.some((path) => /core\/src\/(?!wire\/)/.test(path))).toBe(false)
  const text = new TextDecoder().decode(code)
  expect(text).not.toMatch(/["']node:|\bBuffer\b|process\.env|~standard.{0,40}zod/)
})

it('is under 8 kB without ky, minified and compressed', async () => {
  const { code } = await bundle(['ky'])
  const bytes = gzipSync(code).length
  process.stdout.write(`@gitferry/client without ky: ${code.length} bytes, ${bytes} compressed\n`)
  expect(bytes).toBeLessThan(8_000)
})
