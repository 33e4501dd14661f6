import type { ProtectedRef, Role } from '../contract/index.ts'

/** What one protected ref means for one role. */
export interface PushRule {
  readonly kind: ProtectedRef['kind']
  /** Which names it is about: see `matchesName`. */
  readonly name: string
  /**
   * Why this role may not, as a sentence without its end; `null`: it may, and of a branch only the deletion and the
   * rewriting of its history are refused. In the sentence about tags `VERB` stands for create, move or delete.
   */
  readonly refusal: string | null
}

const whose = { 30: 'only developers and admins', 40: 'only admins' } as const
const whoYouAre = { 20: 'a viewer', 30: 'a developer', 40: 'an admin' } as const

/** The strictest first: nobody, then admins. */
const strictness = ({ push_level }: Pick<ProtectedRef, 'push_level'>): number =>
  push_level === 0 ? 100 : push_level

/**
 * What the protected refs of a repository mean for somebody with this role, the strictest rule first: of several that
 * match a name the first that refuses says why. Pure.
 */
export const pushRules = (
  role: Role,
  protectedRefs: readonly Pick<ProtectedRef, 'kind' | 'name' | 'push_level'>[],
): PushRule[] =>
  protectedRefs
    .toSorted((a, b) => strictness(b) - strictness(a))
    .map((rule) => ({ kind: rule.kind, name: rule.name, refusal: refusalFor(role, rule) }))

function refusalFor(
  role: Role,
  { kind, name, push_level }: Pick<ProtectedRef, 'kind' | 'name' | 'push_level'>,
): string | null {
  if (push_level !== 0 && role >= push_level) return null
  const what =
    kind === 'branch' ? 'push to it' : name.includes('*') ? `VERB tags like ${name}` : 'VERB this tag'
  if (push_level === 0) return `no one may ${what}`
  return `${whose[push_level]} may ${what}, and you are ${whoYouAre[role]} here`
}
