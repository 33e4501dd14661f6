import { problemWithRefName, type SyncTaskRow } from '../contract/index.ts'
import { type ErrorCode, GitferryError } from '../errors/index.ts'
import { problemWithFullRefName, problemWithRefGlob } from './full-ref-name.ts'
import { matchesRefGlob, mayOverlap, surelyContains } from './ref-glob.ts'
import { namespaceOf, originalBy, type RefRule, readRefRule, renamedBy } from './ref-rule.ts'

/** Which refs a task carries over, and what they are called at the target. */
export class RefSelection {
  /** In their order: the first that takes a ref decides. */
  readonly rules: readonly RefRule[]
  /** Globs over full names of the source; what they match is touched on neither side. */
  readonly exclude: readonly string[]
  /** Whether branches are among what is selected, so that a listing needs them. */
  readonly heads: boolean
  /** Whether tags are among what is selected, so that a listing needs them. */
  readonly tags: boolean

  constructor({ rules, exclude }: Pick<RefSelection, 'rules' | 'exclude'>) {
    this.rules = rules
    this.exclude = exclude
    const namespaces = new Set(rules.map(({ source }) => namespaceOf(source)))
    this.heads = namespaces.has('refs/heads/')
    this.tags = namespaces.has('refs/tags/')
  }

  /**
   * What a ref of the source is called at the target; `null`: it is not selected. A refspec can make what is no
   * ref’s name (`refs/heads/v*:refs/heads/*` of `refs/heads/v`), which is for the caller to notice.
   */
  targetOf(sourceRef: string): string | null {
    if (this.exclude.some((glob) => matchesRefGlob(glob, sourceRef))) return null
    for (const rule of this.rules) {
      const name = renamedBy(rule, sourceRef)
      if (name !== null) return name
    }
    return null
  }

  /** Which ref of the source is, or would be, called so at the target; `null`: the selection says nothing of it. */
  sourceOf(targetRef: string): string | null {
    for (const rule of this.rules) {
      const name = originalBy(rule, targetRef)
      if (name === null || problemWithFullRefName(name) !== undefined) continue
      // another rule, or an exclusion, may come before this one
      if (this.targetOf(name) === targetRef) return name
    }
    return null
  }

  /** Whether a ref of the target is in the task’s hands, so that `prune` may delete it. */
  covers(targetRef: string): boolean {
    return this.sourceOf(targetRef) !== null
  }
}

/**
 * Whether a task whose source and target are the same place could write what it reads, and so push onto itself or feed
 * itself: unless no name that it makes can be one that it selects. Conservative: it compares what stands before the
 * wildcards. A rule that keeps names always does, unless all of them are excluded.
 */
export function overlapsItself({ rules, exclude }: Pick<RefSelection, 'rules' | 'exclude'>): boolean {
  const isExcluded = (target: string) => exclude.some((glob) => surelyContains(glob, target))
  return rules.some(
    ({ target }) => !isExcluded(target) && rules.some(({ source }) => mayOverlap(source, target)),
  )
}

/** The fields of a task that say which refs it carries over. */
export type SelectedRefs = Pick<
  SyncTaskRow,
  'mode' | 'source_branch' | 'target_branch' | 'refs' | 'exclude' | 'tags'
>

const everyBranch: RefRule = { source: 'refs/heads/*', target: 'refs/heads/*' }
const everyTag: RefRule = { source: 'refs/tags/*', target: 'refs/tags/*' }
const isOfTags = ({ source }: RefRule): boolean => namespaceOf(source) === 'refs/tags/'

/**
 * What a task selects. In branch mode one branch, with `tags` every tag as well; in mirror mode what `refs` says
 * (every branch when it is empty), with `tags` every tag as well unless `refs` says which.
 * @throws REF_INVALID for what can match no ref, INVALID_INPUT for what does not go together; `details.field` names
 *   the field
 */
export function parseRefSelection(task: SelectedRefs): RefSelection {
  return task.mode === 'branch' ? ofOneBranch(task) : ofMirror(task)
}

function ofOneBranch({ source_branch, target_branch, refs, exclude, tags }: SelectedRefs): RefSelection {
  for (const [field, entries] of Object.entries({ refs, exclude })) {
    if (entries.length > 0) throw refusal('INVALID_INPUT', field, 'must be empty unless mode is "mirror"')
  }
  for (const [field, name] of Object.entries({ source_branch, target_branch })) {
    const problem = problemWithRefName(name)
    if (problem !== undefined) throw refusal('REF_INVALID', field, problem)
  }
  const branch = { source: `refs/heads/${source_branch}`, target: `refs/heads/${target_branch}` }
  return new RefSelection({ rules: tags ? [branch, everyTag] : [branch], exclude: [] })
}

function ofMirror({ refs, exclude, tags }: SelectedRefs): RefSelection {
  const named = refs.map((entry) => {
    const rule = readRefRule(entry)
    if ('problem' in rule) throw refusal('REF_INVALID', 'refs', `${JSON.stringify(entry)} ${rule.problem}`)
    return rule
  })
  const tagRule = named.find(isOfTags)
  if (!tags && tagRule !== undefined) {
    throw refusal('INVALID_INPUT', 'tags', `must be true, for refs names tags (${tagRule.source})`)
  }
  for (const entry of exclude) {
    const problem = problemWithExclusion(entry)
    if (problem !== undefined) throw refusal('REF_INVALID', 'exclude', `${JSON.stringify(entry)} ${problem}`)
  }
  const rules = named.length === 0 ? [everyBranch] : named
  return new RefSelection({ rules: tags && tagRule === undefined ? [...rules, everyTag] : rules, exclude })
}

function problemWithExclusion(entry: string): string | undefined {
  if (/^[+^]/.test(entry)) return `must not begin with "${entry[0]}"; write the name alone`
  if (entry.includes(':')) return 'must name refs of the source alone, without ":" and what follows'
  return problemWithRefGlob(entry)
}

function refusal(code: ErrorCode, field: string, problem: string): GitferryError {
  return new GitferryError(code, `${field}: ${problem}`, { details: { field } })
}
