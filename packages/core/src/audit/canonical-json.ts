/** Any value that JSON can write. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The one text of a JSON value (RFC 8785): the keys of every object, at every depth, in the order of their UTF-16
 * units; no white space; strings and numbers as ECMAScript writes them. Two values have the same text exactly when they
 * are equal.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`)
  return `{${members.join()}}`
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value)
