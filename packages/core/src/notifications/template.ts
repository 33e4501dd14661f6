import { Liquid, type Template } from 'liquidjs'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { fromGoTemplate } from './go-template.ts'
import type { TemplateValues } from './template-values.ts'

/** A text cannot be longer than this, in characters: more than any provider takes. */
const longestText = 20_000

// One engine for all: it keeps nothing of a template. `jsTruthy`: to Liquid an empty text is true, which no writer of
// an `if` expects. The limits are of time (ms) and of what is made, so that no template holds gitferry up.
const engine = new Liquid({
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  jsTruthy: true,
  parseLimit: 20_000,
  renderLimit: 200,
  memoryLimit: 200_000,
})
/** There are no other templates to take in. */
const foreignTags = ['include', 'render', 'layout', 'block']
for (const tag of foreignTags) delete engine.tags[tag]

/**
 * Weighs a channel's template before it is stored. `samples` are values as they may come; it must print something for
 * one of them at least.
 * @throws TEMPLATE_INVALID naming `template`
 */
export function checkTemplate(source: string, samples: readonly TemplateValues[]): void {
  try {
    const template = parse(source)
    const names = Object.keys(samples[0] ?? {})
    const unknown = engine
      .globalVariableSegmentsSync(template)
      .map(([name]) => String(name))
      .find((name) => !names.includes(name))
    if (unknown !== undefined) {
      refuse(`there is no variable "${unknown.slice(0, 60)}"; there are ${names.join(', ')}`)
    }
    // every sample is tried: what fails may stand behind an `if`
    const texts = samples.map((values) => printed(template, values))
    if (texts.every((text) => text === '')) refuse('it would print nothing')
  } catch (error) {
    throw asInvalid(error)
  }
}

/**
 * The text that a template makes of these values, which are never read as templates themselves. Empty when it prints
 * nothing.
 * @throws TEMPLATE_INVALID
 */
export function renderTemplate(source: string, values: TemplateValues): string {
  try {
    return printed(parse(source), values)
  } catch (error) {
    throw asInvalid(error)
  }
}

function parse(source: string): Template[] {
  const converted = fromGoTemplate(source)
  return 'problem' in converted ? refuse(converted.problem) : engine.parse(converted.template)
}

function printed(template: Template[], values: TemplateValues): string {
  const text = String(engine.renderSync(template, values))
  return text.slice(0, longestText).toWellFormed().trim()
}

function refuse(problem: string): never {
  throw new GitferryError('TEMPLATE_INVALID', `template: ${problem}.`, { details: { field: 'template' } })
}

/** Whatever the engine throws: its limits speak through errors that are not its own. */
function asInvalid(error: unknown): GitferryError {
  if (isGitferryError(error)) return error
  const [line = ''] = String((error as Error).message).split('\n')
  const problem = foreignTags.some((tag) => line.startsWith(`tag "${tag}" not found`))
    ? `${line.replace('not found', 'is not allowed: a template stands alone')}`
    : line
  return new GitferryError('TEMPLATE_INVALID', `template: ${problem.slice(0, 300)}`, {
    details: { field: 'template' },
    cause: error,
  })
}
