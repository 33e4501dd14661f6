import { type Principal, principal as schema } from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'

/** The principal as it is now: whoever gave it may change it afterwards, and the rights stay. @throws INVALID_INPUT naming the field */
export function checkPrincipal(principal: Principal): Principal {
  return parseInput(schema, principal)
}
