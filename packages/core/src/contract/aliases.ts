import { z } from 'zod'

/**
 * Accepts, on input only, the other names that callers of the original service use for a field. Where both are
 * sent the documented name wins. The names stand in the schema’s metadata too, for the API’s description.
 */
export const aliases = <Schema extends z.ZodType>(names: Readonly<Record<string, string>>, schema: Schema) =>
  z
    .preprocess((input) => {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
      const known = new Map(Object.entries(input))
      for (const [alias, name] of Object.entries(names)) {
        const value = known.get(alias)
        if (value !== undefined && !known.has(name)) known.set(name, value)
      }
      return Object.fromEntries(known)
    }, schema)
    .meta({ aliases: names })
