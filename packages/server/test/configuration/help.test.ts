import { expect, it } from 'vitest'
import { helpText } from '../../src/configuration/help.ts'
import { settings } from '../../src/configuration/settings.ts'
import { settingsSchema } from '../../src/configuration/settings-schema.ts'

it('every setting of the schema has a flag, a variable and a line of help', () => {
  expect(settings.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape))
  for (const { flag, variable } of settings) {
    expect(helpText).toMatch(new RegExp(`^ {2}--${flag} .*\\(${variable}\\)$`, 'm'))
  }
})

it('the help fits a terminal', () => {
  for (const line of helpText.split('\n')) expect(line.length).toBeLessThanOrEqual(110)
})
