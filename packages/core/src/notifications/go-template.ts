/**
 * Git Manage Service's templates are Go's `text/template`. Liquid reads `{{.TaskName}}` as it stands, but takes
 * `{{if eq .SyncMode "x"}}A{{else}}B{{end}}` for four variables that do not exist, and prints `AB`. So Go's actions are
 * rewritten here, and those that have no counterpart are refused.
 */

/** A template in Liquid, or why there is none. */
export type FromGo = { readonly template: string } | { readonly problem: string }

const action = /\{\{(-?)([\s\S]*?)(-?)\}\}/g
const keyword = /^(?:if|else|end|range|with|define|template|block|break|continue|return)\b/
const name = /^\.([A-Za-z]\w*)$/
const literal = /^(?:"[^"\\]*"|-?\d+(?:\.\d+)?|true|false)$/
const comparison = /^(eq|ne|lt|le|gt|ge)\s+(\S+)\s+(\S[\s\S]*)$/
const called = /^(default|truncate)\s+("[^"\\]*"|\d+)\s+(\.[A-Za-z]\w*)$/
const operators: Readonly<Record<string, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}
const arguments_ = /"[^"\\]*"|\S+/g

/** Rewrites what is Go in a template; what is Liquid already stays as it is. */
export function fromGoTemplate(source: string): FromGo {
  let problem: string | undefined
  const template = source.replace(action, (whole, left: string, body: string, right: string) => {
    const converted = convert(body.trim())
    if (converted === undefined) return whole
    if ('problem' in converted) {
      problem ??= converted.problem
      return whole
    }
    return 'tag' in converted
      ? `{%${left} ${converted.tag} ${right}%}`
      : `{{${left} ${converted.output} ${right}}}`
  })
  return problem === undefined ? { template } : { problem }
}

type Converted = { readonly tag: string } | { readonly output: string } | { readonly problem: string }

/** `undefined`: nothing of Go in it. */
function convert(body: string): Converted | undefined {
  if (/^\/\*[\s\S]*\*\/$/.test(body)) return { tag: '# a comment' }
  if (body.startsWith('$') || body.includes(':=')) return refused(body, 'variables are not')
  const call = called.exec(body)
  if (call) return { output: `${bare(call[3]!)} | ${call[1]}: ${call[2]}` }
  if (body.startsWith('.'))
    return {
      output: body
        .split(/\|(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map(pipe)
        .join(' | '),
    }
  if (!keyword.test(body)) return undefined
  if (body === 'else') return { tag: 'else' }
  if (body === 'end') return { tag: 'endif' }
  const branch = /^(?:(if)|else\s+if)\s+([\s\S]+)$/.exec(body)
  const condition = branch && conditionOf(branch[2]!.trim())
  if (!branch || condition == null) return refused(body, 'of Go’s actions only if, else and end are')
  return { tag: `${branch[1] ? 'if' : 'elsif'} ${condition}` }
}

/** `default "x"` after a pipe is Liquid's `default: "x"`. */
function pipe(part: string, index: number): string {
  const text = part.trim()
  return index === 0 ? bare(text) : text.replace(/^(default|truncate)\s+(?=["\d])/, '$1: ')
}

const bare = (field: string) => field.replace(/^\./, '')

function conditionOf(text: string): string | undefined {
  if (name.test(text)) return bare(text)
  const negated = /^not\s+(\.\w+)$/.exec(text)?.[1]
  if (negated !== undefined && name.test(negated)) return `not ${bare(negated)}`
  const [, word = '', left = '', rest = ''] = comparison.exec(text) ?? []
  const values: string[] = rest.match(arguments_) ?? []
  const known = [left, ...values].every((value) => name.test(value) || literal.test(value))
  // several values are alternatives, of eq alone
  if (!known || values.length === 0 || (values.length > 1 && word !== 'eq')) return undefined
  return values.map((value) => `${bare(left)} ${operators[word]} ${bare(value)}`).join(' or ')
}

const refused = (body: string, what: string): Converted => ({
  problem: `{{${body.slice(0, 60)}}}: ${what} understood here; write it in Liquid, as in {% if Status == "failure" %}…{% endif %}`,
})
