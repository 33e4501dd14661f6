import { type Endpoint, endpoints } from '@gitferry/core/wire'
import { pageAddresses } from '../pages/addresses.ts'

const firstPart = (path: string): string => path.split('/')[1] ?? ''

/** What gitferry's own addresses begin with: `api`, `healthz`, … */
const own: ReadonlySet<string> = new Set(
  Object.values<Endpoint>({ ...endpoints, ...pageAddresses }).map(({ path }) => firstPart(path)),
)

/** Why the CodeArts routes cannot stand under a prefix; `undefined`: they can, also under none (`''`). Pure. */
export function problemWithPrefix(prefix: string): string | undefined {
  const parts = prefix.split('/').slice(1)
  // a client takes dot segments out of an address before it asks for it
  const isPath = /^(?:\/[A-Za-z0-9._~-]+)*$/.test(prefix) && !parts.some((part) => /^\.\.?$/.test(part))
  if (!isPath) return 'must be a path without a slash at its end, "//", "." or "..", such as /codearts'
  if (!own.has(firstPart(prefix))) return undefined
  return `must not begin with /${firstPart(prefix)}, where gitferry's own addresses are, such as /codearts`
}
