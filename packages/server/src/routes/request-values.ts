/** One spelling a number: `01` is another text than `1`, and no id. */
const positiveInteger = /^[1-9]\d*$/

/** Query parameters whose text stands for something else. */
const kinds: Readonly<Record<string, 'number' | 'boolean'>> = {
  page: 'number',
  page_size: 'number',
  task_id: 'number',
  repo_id: 'number',
  project_id: 'number',
  object_id: 'number',
  channel_id: 'number',
  run_id: 'number',
  after: 'number',
  force: 'boolean',
  cancel: 'boolean',
  drop_kept: 'boolean',
  wait: 'boolean',
  last_commits: 'boolean',
  all: 'boolean',
}

/**
 * A positive integer as the number that it writes. Anything else is handed on as it is, so that the service refuses it by the
 * same rule, and with the same words, as when it is called in process.
 */
export function numberOrText(text: string): number {
  return (positiveInteger.test(text) ? Number(text) : text) as number
}

function valueOfParameter(name: string, text: string): unknown {
  const kind = kinds[name]
  if (kind === 'number') return numberOrText(text)
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/**
 * The named parameters of a query, without those that are absent. A parameter given twice is handed on as a list,
 * which no service takes. Nothing is checked here.
 */
export function queryOf<Query>(parameters: URLSearchParams, names: readonly (keyof Query & string)[]): Query {
  const entries: [string, unknown][] = []
  for (const name of names) {
    const values = parameters.getAll(name).map((text) => valueOfParameter(name, text))
    if (values.length > 0) entries.push([name, values.length === 1 ? values[0] : values])
  }
  return Object.fromEntries(entries) as Query
}
