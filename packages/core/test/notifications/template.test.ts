import { describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import { exampleValues } from '../../src/notifications/index.ts'
import { checkTemplate, renderTemplate } from '../../src/notifications/template.ts'
import type { TemplateValues } from '../../src/notifications/template-values.ts'
import { hostileValues } from '../contract/hostile-values.ts'

const samples = exampleValues(Date.parse('2026-01-01T00:00:00.000Z'))
const [success] = samples as [TemplateValues]
const values = (some: Partial<TemplateValues>): TemplateValues => ({ ...success, ...some })
const print = (template: string, some: Partial<TemplateValues> = {}) => renderTemplate(template, values(some))

/** The error with which a template is refused. */
function refusal(template: string): GitferryError {
  try {
    checkTemplate(template, samples)
  } catch (error) {
    if (error instanceof GitferryError) return error
    throw error
  }
  throw new Error(`it was accepted: ${template.slice(0, 100)}`)
}

describe('a template in Liquid', () => {
  it.each([
    ['{{ TaskName }}', 'main-to-backup'],
    ['【同步状态】任务: {{.TaskKey}}', '【同步状态】任务: 1'],
    ['{{ .TaskName }}/{{SourceBranch}}', 'main-to-backup/main'],
    ['{% if Status == "success" %}ok{% else %}bad{% endif %}', 'ok'],
    ['{% if ErrorMessage %}failed{% else %}fine{% endif %}', 'fine'],
    ['{{ ErrorMessage | default: "none" }}', 'none'],
    ['{{ TaskName | truncate: 7 }}', 'main...'],
    ['{% assign who = RepoName %}{{ who }}', 'my-project'],
    ['{% if BranchCount > 0 %}{{ BranchCount }}{% endif %}', '1'],
    ['two\nlines', 'two\nlines'],
  ])('%j prints %j', (template, printed) => {
    checkTemplate(template, samples)
    expect(print(template)).toBe(printed)
  })

  it('reaches nothing behind a value', () => {
    const names = ['constructor', '__proto__', 'toString', 'constructor.constructor', '["constructor"]']
    const behind = names.map((name) => `{{ TaskName${name.startsWith('[') ? name : `.${name}`} }}`)
    expect(print(`${behind.join('')}.`)).toBe('.')
  })

  it('never reads a value as a template', () => {
    for (const hostile of [
      '{{TaskName}}',
      '{% if true %}x{% endif %}',
      '$& $1 $`',
      '{{{x}}}',
      "'; --",
      '<b>',
    ])
      expect(print('{{ ErrorMessage }}', { ErrorMessage: hostile })).toBe(hostile)
  })

  it.each([
    ['{{ TaskNam }}', 'TaskNam'],
    ['{{ constructor.constructor }}', 'constructor'],
    ['{% if Staus == "x" %}a{% endif %}b', 'Staus'],
    ['{{ TaskName Nope }}', 'Nope'],
  ])('%j is refused for the variable that there is not', (template, name) => {
    const { code, details, message } = refusal(template)
    expect({ code, details }).toEqual({ code: 'TEMPLATE_INVALID', details: { field: 'template' } })
    expect(message).toContain(`there is no variable "${name}"`)
    expect(message).toContain('CommitRange')
  })

  it.each(['include', 'render', 'layout', 'block'])('may not take in others by "%s"', (tag) => {
    expect(refusal(`x {% ${tag} "package.json" %}`).message).toMatch(
      new RegExp(`tag "${tag}" is not allowed`),
    )
  })

  it.each([
    ['{{ TaskName', 'not closed'],
    ['{% if TaskName %}a', 'not closed'],
    ['{{ TaskName | nope }}', 'undefined filter'],
    ['{{ TaskName | append }}', 'append'],
    ['{% if Status == "conflict" %}{{ TaskName | date: }}{{ TaskName | append }}{% endif %}x', 'append'],
  ])('%j is refused when it is written', (template, why) => {
    expect(refusal(template)).toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining(why),
    })
  })

  it.each(['{{ BackupPath }}', ' \n ', '{% comment %}x{% endcomment %}', '{% assign a = TaskName %}'])(
    '%j is refused because it would print nothing',
    (template) => {
      expect(refusal(template).message).toBe('template: it would print nothing.')
    },
  )

  it('may print nothing for some events', () => {
    checkTemplate('{% if Status == "failure" %}{{ ErrorMessage }}{% endif %}', samples)
  })

  it.each([
    ['a loop', '{% for i in (1..100000000) %}x{% endfor %}'],
    ['loops in loops', `${'{% for i in (1..2000) %}'.repeat(3)}{{ i }}${'{% endfor %}'.repeat(3)}`],
    [
      'a text that doubles',
      '{% assign a = "x" %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
    ],
    ['a text that is too long', '{{ TaskName }}'.repeat(2_000)],
  ])('is stopped by its limits: %s', (_, template) => {
    expect(refusal(template)).toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining('limit'),
    })
  })

  it('prints 20,000 characters at most', () => {
    const text = print('{% for i in (1..50) %}{{ ErrorMessage }}{% endfor %}', {
      ErrorMessage: '😀'.repeat(500),
    })
    expect(text.length).toBeLessThanOrEqual(20_000)
    expect(text.isWellFormed()).toBe(true)
  })

  it.each(hostileValues('template'))('$id is harmless', ({ value, expect: expected }) => {
    let printed = ''
    try {
      checkTemplate(value, samples)
      printed = print(value)
    } catch (error) {
      expect(error).toMatchObject({ code: 'TEMPLATE_INVALID' })
      return
    }
    expect(expected).toBe('safe')
    expect(printed).not.toMatch(/native code|function|PATH=/)
  })
})

describe('a template of Git Manage Service', () => {
  const single = { SyncMode: 'single' }
  const mirror = { SyncMode: 'all-branch' }
  it.each([
    ['{{if eq .SyncMode "all-branch"}}A{{else}}B{{end}}', single, 'B'],
    ['{{if eq .SyncMode "all-branch"}}A{{else}}B{{end}}', mirror, 'A'],
    ['{{ if ne .SyncMode "single" }}A{{ else }}B{{ end }}', single, 'B'],
    ['{{if .ErrorMessage}}E{{else if eq .SyncMode "single"}}S{{else}}M{{end}}', single, 'S'],
    ['{{if .ErrorMessage}}E{{else if eq .SyncMode "single"}}S{{else}}M{{end}}', mirror, 'M'],
    ['{{if not .ErrorMessage}}fine{{end}}', {}, 'fine'],
    ['{{if gt .FailedCount 0}}bad{{else}}good{{end}}', { FailedCount: 2 }, 'bad'],
    ['{{if gt .FailedCount 0}}bad{{else}}good{{end}}', { FailedCount: 0 }, 'good'],
    ['{{if eq .Status "failure" "success"}}either{{end}}', {}, 'either'],
    ['{{if eq .SourceBranch .TargetBranch}}same{{end}}', {}, 'same'],
    ['{{default "none" .ErrorMessage}}', {}, 'none'],
    ['{{.ErrorMessage | default "a | b"}}', {}, 'a | b'],
    ['{{truncate 7 .TaskName}}', {}, 'main...'],
    ['a {{- /* not shown */ -}} b', {}, 'ab'],
    ['{{if .CommitRange}}\n提交 {{.CommitRange}}{{end}}', { CommitRange: 'a..b' }, '提交 a..b'],
    ['{{- .TaskName -}} ', {}, 'main-to-backup'],
  ])('%j means what it meant (%j)', (template, some, printed) => {
    checkTemplate(template, samples)
    expect(print(template, some)).toBe(printed)
  })

  it.each([
    '{{range .Items}}x{{end}}',
    '{{with .TaskName}}x{{end}}',
    '{{if and .TaskName .Status}}x{{end}}',
    '{{if eq (len .TaskName) 3}}x{{end}}',
    '{{$x := .TaskName}}{{$x}}',
    '{{define "x"}}y{{end}}',
    '{{if eq .Status}}x{{end}}',
    '{{printf "%s" .TaskName}}',
    '{{if .TaskName}}x',
    '{{else}}x',
  ])('%j is refused, and not printed wrongly', (template) => {
    expect(refusal(template).code).toBe('TEMPLATE_INVALID')
  })

  it('that is refused says what to write instead', () => {
    expect(refusal('{{if and .TaskName .Status}}x{{end}}').message).toContain('{% if Status == "failure" %}')
  })
})
