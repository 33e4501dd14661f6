import { expect, it } from 'vitest'
import { helpText } from '../../src/configuration/help.ts'
import { settings } from '../../src/configuration/settings.ts'
import { settingsSchema } from '../../src/configuration/settings-schema.ts'

it('every setting of the schema has a variable, a line of help and, unless it is a secret, a flag', () => {
  expect(settings.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape))
  for (const { flag, variable } of settings) {
    const head = flag === undefined ? variable : `--${flag} .*\\(${variable}\\)`
    expect(helpText).toMatch(new RegExp(`^ {2}${head}$`, 'm'))
  }
  const withoutFlag = settings.filter(({ flag }) => flag === undefined)
  expect(withoutFlag.map(({ name }) => name)).toEqual(['secret_key', 'webhook_secret'])
})

it('the help fits a terminal', () => {
  for (const line of helpText.split('\n')) expect(line.length).toBeLessThanOrEqual(110)
})
