import { z } from 'zod'
import { id } from '../id.ts'

/** The id of a record, in a path. */
export const idOf = (noun: string) => ({ id: id.describe(`The id of the ${noun}`) })

/** A name in a path that may hold slashes. */
export const slashedName = (what: string) =>
  z.string().describe(`${what}. Its slashes may stand as they are, or as \`%2F\`.`).meta({ slashes: true })
