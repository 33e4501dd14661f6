import { readFileSync } from 'node:fs'

interface Vector {
  readonly id: string
  readonly field: string
  readonly value: string | null
  readonly gen?: { readonly repeat: string; readonly times: number; readonly suffix?: string }
  readonly expect: string
  readonly code?: string
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../fixtures/hostile-inputs.json', import.meta.url), 'utf8'),
)

/** The collected hostile values of one field, with what is to become of each. */
export function hostileValues(field: string) {
  return vectors
    .filter((vector) => vector.field === field)
    .map(({ id, value, gen, expect, code = '' }) => ({
      id,
      value: value ?? (gen ? gen.repeat.repeat(gen.times) + (gen.suffix ?? '') : ''),
      expect,
      code,
    }))
}
