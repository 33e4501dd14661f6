import { describe, expect, it } from 'vitest'
import { commands } from '../../src/configuration/commands.ts'
import { helpText as textOf } from '../../src/configuration/help.ts'
import { settings } from '../../src/configuration/settings.ts'
import { settingsSchema } from '../../src/configuration/settings-schema.ts'

const helpText = textOf([])

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
  for (const text of [helpText, textOf(commands), ...commands.map((command) => textOf([command]))]) {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(115)
  }
})

describe('the help of commands', () => {
  it('lists every command with what it does', () => {
    for (const { name, summary } of commands)
      expect(helpText).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
  })

  it('of one shows its usage, its own flags and the settings that it takes', () => {
    const text = textOf(commands.filter(({ name }) => name === 'token create'))
    expect(text).toMatch(/^Usage: gitferry token create --name NAME --scope SCOPE \[flags\]$/m)
    for (const flag of [
      '--name NAME',
      '--scope SCOPE',
      '--expires TIME',
      '--data-dir DIR',
      '--config FILE',
    ]) {
      expect(text).toMatch(new RegExp(`^ {2}${flag}`, 'm'))
    }
    expect(text).not.toMatch(/--port|--json/)
  })

  it('of a group shows each of them', () => {
    const text = textOf(commands.filter(({ name }) => name.startsWith('token')))
    for (const name of ['create', 'list', 'revoke']) expect(text).toContain(`gitferry token ${name}`)
    expect(text).not.toContain('keys rotate')
  })
})
