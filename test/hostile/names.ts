const asked: string[] = []

/** Names whose owner points them at this machine: what DNS answers when a name is weighed, and again when it is used. */
const rebound = new Set(['rebind.example', 'redirects-to-metadata.example'])

/** The names that were asked for so far. */
export const askedNames: readonly string[] = asked

/** Stands for the DNS of the machine: no test asks the real one. */
export async function lookup(
  host: string,
): Promise<readonly { readonly address: string; readonly family: number }[]> {
  asked.push(host)
  if (rebound.has(host)) return [{ address: '127.0.0.1', family: 4 }]
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
}
