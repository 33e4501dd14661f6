import type { Setting } from './settings.ts'

const integerOrText = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text)

const switches: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/**
 * A setting given as text, in the shape that a configuration file would give it. What does not fit is handed on,
 * for the schema to refuse.
 */
export function valueOfTexts(setting: Setting, texts: readonly string[]): unknown {
  const last = texts.at(-1) ?? ''
  switch (setting.kind) {
    case 'text':
      return last
    case 'integer':
      return integerOrText(last)
    case 'switch':
      return switches.get(last.toLowerCase()) ?? last
    case 'texts':
      return texts
    case 'integers':
      return texts.map(integerOrText)
  }
}

/** The entries of a setting in the environment. */
export function splitVariable(setting: Setting, text: string): readonly string[] {
  if (setting.separator === undefined) return [text]
  return text
    .split(setting.separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
