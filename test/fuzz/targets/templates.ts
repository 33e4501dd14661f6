import {
  exampleOccurrence,
  exampleRepo,
  exampleValues,
} from '../../../packages/core/src/notifications/index.ts'
import { checkTemplate, renderTemplate } from '../../../packages/core/src/notifications/template.ts'
import {
  type TemplateValues,
  templateValues,
} from '../../../packages/core/src/notifications/template-values.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, holds, promise } from '../promises.ts'

const samples = exampleValues(0)
const plain = templateValues(exampleOccurrence('sync_success'), { repo: exampleRepo, now: 0 })
/** What a remote says may look like a template; nothing in it may be read. */
const hostile: TemplateValues = {
  ...plain,
  TaskName: 'canary-task',
  ErrorMessage: '{{TaskName}}{{.TaskName}}{% assign x = 1 %}',
}

const templates = [
  '[{{.StatusText}}] {{.TaskName}}\n{{.SourceRemote}}/{{.SourceBranch}}',
  '{{if eq .SyncMode "single"}}{{.SourceBranch}}{{else}}{{.BranchCount}} branches{{end}}',
  '{{- if and .ErrorMessage .Duration -}}x{{- end -}}',
  '{% if Status == "failure" %}{{ ErrorMessage | truncate: 40 }}{% endif %} {{ Duration | default: "-" }}',
  '{{ ErrorMessage | escape | upcase }}{% unless Status %}no{% endunless %}',
  '{{.ErrorMessage}}, {{.Duration}}',
  '{{/* a comment */}}{{ .Duration | default "x" }}{{else if gt .FailedCount 3}}',
  '{% for i in (1..3) %}{{ i }}{{ TaskName }}{% endfor %}',
  '{% for i in (1..99999999) %}{{ i }}{% endfor %}',
  '{% assign a = "x" %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  '{{ TaskName.constructor }}{{ "x".constructor.name }}{{ TaskName["__proto__"] }}',
  '{% include "x" %}{% render "/etc/passwd" %}',
]
const pieces = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{{.TaskName}}',
  '{{end}}',
  '{{else}}',
  '{{if ',
  '{% if ',
  '{% endif %}',
  '| ',
  '"',
  '.Status',
  'ErrorMessage',
  'eq ',
  ':=',
  '$x',
  '{%- ',
  'range ',
  'nil',
  '(1..9)',
  '__proto__',
  '{{"{{"}}',
]

interface Renderer {
  /** Weighs it, as before it is stored. */
  check(source: string): void
  render(source: string, values: TemplateValues): string
}
const real: Renderer = { check: (source) => checkTemplate(source, samples), render: renderTemplate }

const template = fuzzTarget<string, Renderer>({
  name: 'templates, Liquid and Go',
  inputs: textNear(templates, pieces),
  parser: real,
  check({ check, render }, source) {
    if (!holds(() => check(source), 'TEMPLATE_INVALID')) {
      // what is not stored may have been once
      answerOf(() => render(source, plain), 'TEMPLATE_INVALID')
      return 'refused'
    }
    for (const values of [plain, hostile]) {
      const text = answerOf(() => render(source, values), 'TEMPLATE_INVALID')
      if (text === undefined) continue
      promise(text.length <= 20_000 && text.isWellFormed(), 'a text of bounded length')
      // a quoted brace, or one in raw, is text that somebody wants
      const isCodeQuoted = /["'][^"']*[{%}]|\braw\b/.test(source)
      if (values === plain && !isCodeQuoted) promise(!/\{\{|\{%/.test(text), 'no code is left in the text')
      if (!source.includes('TaskName')) promise(!text.includes('canary-task'), 'a value is no template')
      promise(!/function|\[native|\[object/i.test(text), 'nothing of the engine shows')
    }
    return 'accepted'
  },
  long: () =>
    [
      ...repeated([
        '{{',
        '{%',
        '{{.TaskName}}',
        '{{if .Status}}',
        '{% if Status %}',
        '{{ "x" |',
        '"',
        '{{- ',
      ]),
      ...templates.filter((source) => source.startsWith('{% for') || source.startsWith('{% assign')),
      `{{ .Duration${' | default "x"'.repeat(2_000)} }}`,
      `{{ .Duration | default ${'"'.repeat(20_001)} }}`,
      // as long as a template may be
    ].map((source) => source.slice(0, 10_000)),
  broken: {
    'leaves Go as it is': {
      check: () => {},
      render: (source, values) => source.replaceAll('{{.TaskName}}', values.TaskName),
    },
    'reads values as templates': {
      check: real.check,
      render: (source, values) => renderTemplate(renderTemplate(source, values), values),
    },
    'writes without end': {
      check: real.check,
      render: (source, values) => renderTemplate(source, values).padEnd(30_000, 'x'),
    },
    'says what the engine says': {
      check(source) {
        if (source.includes('|')) throw new SyntaxError('unexpected |')
        real.check(source)
      },
      render: renderTemplate,
    },
  },
})

export const templateTargets: readonly AnyFuzzTarget[] = [template]
