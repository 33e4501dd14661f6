import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tables } from '../../src/ports/index.ts'
import { sealedColumns } from '../../src/services/sealed-columns.ts'

const source = fileURLToPath(new URL('../../src/', import.meta.url))
const listed = sealedColumns.map(({ table, column }) => `${table}.${column}`)

/** Every file of core that seals something, with what it says. */
const sealing = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('testing'))
  .map((path) => ({ path, text: readFileSync(join(source, path), 'utf8') }))
  .filter(({ path, text }) => /\bseal\(/.test(text) && !/sealed-values|secret-box|reseal\.ts/.test(path))

/** `const credentialPlace = (…) => ({ table: 'credentials', column: 'sealed_secret', … })`, wherever it stands. */
const placeOf = (maker: string): string => {
  const texts = readdirSync(join(source, 'services')).map((name) =>
    readFileSync(join(source, 'services', name), 'utf8'),
  )
  const definition = new RegExp(`${maker} = [^=]*=> \\(\\{\\s*table: '(\\w+)',\\s*column: '(\\w+)'`)
  const found = texts.flatMap((text) => definition.exec(text) ?? [])
  return `${found[1]}.${found[2]}`
}

describe('the list of sealed columns', () => {
  it('holds every column that is called sealed', () => {
    const named = Object.entries(tables).flatMap(([table, { columns }]) =>
      Object.keys(columns)
        .filter((column) => column.startsWith('sealed_'))
        .map((column) => `${table}.${column}`),
    )
    expect(named.length).toBeGreaterThan(3)
    expect(listed.filter((place) => !place.startsWith('settings.')).sort()).toEqual(named.sort())
  })

  it('holds the place of every call of seal, and nothing that none seals', () => {
    const calls = sealing.flatMap(({ path, text }) =>
      [...text.matchAll(/\bseal\([^\n]*?,\s*(\w+)\(/g)].map(([, maker = '']) => ({ path, maker })),
    )
    const counted = sealing.map(({ text }) => [...text.matchAll(/\.seal\(/g)].length)
    expect(calls).toHaveLength(counted.reduce((sum, count) => sum + count, 0))
    const places = new Set(
      calls.map(({ maker, path }) => (maker === 'placeOf' ? settingOf(path) : placeOf(maker))),
    )
    const expected = sealedColumns.map(
      ({ table, column, name }) => `${table}.${column}${name ? `:${name}` : ''}`,
    )
    expect([...places].sort()).toEqual(expected.sort())
  })

  it('ends with the proof of the key, which says that nothing needs a key of before', () => {
    expect(sealedColumns.at(-1)).toEqual({ table: 'settings', column: 'value', name: 'secrets_check' })
  })
})

/** A file that seals a setting says which one: `const name = '…'`. */
function settingOf(path: string): string {
  const text = readFileSync(join(source, path), 'utf8')
  const [, name] = /^const name = '(\w+)'/m.exec(text) ?? []
  expect(text).toMatch(/table: 'settings', column: 'value'/)
  return `settings.value:${name}`
}
