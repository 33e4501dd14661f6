const shape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/

/**
 * The name or address in a `Host` value, in small letters and without its port. `undefined` when it is not one
 * plain host in its usual spelling: an address written as `0x7f.1` or `[0:0:0:0:0:0:0:1]` is none.
 */
export function hostNameOf(host: string): string | undefined {
  const name = shape.exec(host.toLowerCase())?.[1]
  return name !== undefined && URL.parse(`http://${host}`)?.hostname === name ? name : undefined
}

/** What a `Host` header may name when nothing else is said: this machine. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * A name or address from the settings as a `Host` header spells it: an IPv6 address may come without brackets.
 * `undefined` when it is no host, or has a scheme, a port or a path.
 */
export function allowedHostName(given: string): string | undefined {
  return hostNameOf(given.includes(':') && !given.startsWith('[') ? `[${given}]` : given)
}
