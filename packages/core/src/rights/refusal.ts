import type { Principal } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import {
  type EndpointName,
  type EndpointRight,
  endpointRights,
  holdsScope,
  mayAsk,
  type Scope,
} from '../wire/index.ts'

/** Ids that a sentence can hold; `details.repo_ids` has all. */
const shownIds = 5

/** How far a principal’s rights reach. Whoever names one in process and says nothing of rights vouches for it. */
const scopeOf = ({ scope = 'admin' }: Principal): Scope => scope

/** Whether nothing is kept from a principal, so that nothing needs to be asked. */
export const isUnlimited = (principal: Principal): boolean =>
  scopeOf(principal) === 'admin' && principal.repoIds == null && principal.role === undefined

/** Why a principal may not ask at an endpoint, FORBIDDEN; `undefined`: they may. A new error each time. */
export const refusal = (principal: Principal, endpoint: EndpointName): GitferryError | undefined =>
  refusalBy(principal, endpointRights[endpoint], endpoint)

/** As `refusal`, of anything that asks for a right; `name` is what the message calls it. */
export function refusalBy(
  principal: Principal,
  right: EndpointRight,
  name: string,
): GitferryError | undefined {
  const { repoIds } = principal
  const { scope: needed, within } = right
  const held = scopeOf(principal)
  if (!mayAsk(held, right)) {
    return new GitferryError(
      'FORBIDDEN',
      `${name}: this needs the scope "${needed}", and the caller has "${held}"; ask with a credential that reaches so far.`,
      { details: { needed, held } },
    )
  }
  if (within || needed === 'open' || repoIds == null) return undefined
  return new GitferryError(
    'FORBIDDEN',
    `${name}: this reaches beyond single repositories, and the caller is restricted to ${namesOf(repoIds)}; ask with a credential that is not.`,
    { details: { repo_ids: [...repoIds] } },
  )
}

/** FORBIDDEN for a record that would belong to a repository which the caller cannot reach. */
export const outside = (table: string, repoIds: readonly number[]): GitferryError =>
  new GitferryError(
    'FORBIDDEN',
    `${table}: this would be a record of another repository, and the caller is restricted to ${namesOf(repoIds)}.`,
    { details: { repo_ids: [...repoIds] } },
  )

/**
 * Why whoever may act as one principal may not act as another, FORBIDDEN: it is somebody else, or reaches further in
 * scope or repositories. `undefined`: they may.
 */
export function notNarrower(own: Principal, asked: Principal): GitferryError | undefined {
  if (isUnlimited(own)) return undefined
  const { repoIds, scope = 'admin', user } = own
  const isWithin = repoIds == null || asked.repoIds?.every((id) => repoIds.includes(id)) === true
  if (asked.user === user && givesNoMore(own, asked) && isWithin) return undefined
  const only = repoIds == null ? '' : ` and ${namesOf(repoIds)}`
  return new GitferryError(
    'FORBIDDEN',
    `as: this is the view of "${user}" with the scope "${scope}"${only}, and answers views of the same user that reach no further; ask the gitferry that it was made of.`,
    { details: { held: scope, ...(repoIds != null && { repo_ids: [...repoIds] }) } },
  )
}

/** `read` gives less than `member` where the user may write; and a role that is named holds whoever the user is. */
function givesNoMore(own: Principal, asked: Principal): boolean {
  const [held, wanted] = [scopeOf(own), scopeOf(asked)]
  if (!holdsScope(held, wanted) || (held === 'read' && wanted === 'member')) return false
  if (own.role === undefined) return asked.role === undefined
  return asked.role !== undefined && asked.role <= own.role
}

/** FORBIDDEN for what concerns gitferry as a whole. */
export const wholeOnly = (method: 'start' | 'stop'): GitferryError =>
  new GitferryError(
    'FORBIDDEN',
    `${method}: this is the view of a principal who may not do everything; ask the gitferry that it was made of.`,
  )

function namesOf(ids: readonly number[]): string {
  if (ids.length === 0) return 'no repository at all'
  const shown = ids.slice(0, shownIds).join(', ')
  const more = ids.length > shownIds ? ` and ${ids.length - shownIds} more` : ''
  return `${ids.length === 1 ? 'the repository' : 'the repositories'} ${shown}${more}`
}
