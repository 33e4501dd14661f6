import type { ChannelConfig } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { OutgoingRule } from '../git/outgoing-rules.ts'
import { checkOutgoingUrl } from '../git/outgoing-url.ts'
import type { NotifierAdapter } from '../ports/index.ts'

const mask = '***'

/** The config as answers show it: no secret in it. */
export function maskConfig(notifier: NotifierAdapter, config: ChannelConfig): ChannelConfig {
  const shown = Object.entries(config).map(([field, value]) => [field, shownValue(notifier, field, value)])
  return Object.fromEntries(shown) as ChannelConfig
}

function shownValue(notifier: NotifierAdapter, field: string, value: ChannelConfig[string]) {
  if (value === null) return value
  if (notifier.secretFields.includes(field)) return mask
  return notifier.urlFields.includes(field) ? notifier.maskUrl(String(value)) : value
}

/**
 * A config as a caller sent it, checked: what is masked in it is what is stored. A secret is bound to the place that
 * it was given for: once a URL leads elsewhere (scheme, host or port), it has to be given again, or whoever may edit
 * a channel could have it sent to himself.
 * @throws INVALID_INPUT, URL_FORBIDDEN; naming `config.<field>`
 */
export function readConfig(
  notifier: NotifierAdapter,
  given: ChannelConfig,
  {
    stored,
    allowOutgoing,
  }: { readonly stored?: ChannelConfig; readonly allowOutgoing: readonly OutgoingRule[] },
): ChannelConfig {
  const parsed = notifier.parseConfig(restored(notifier, given, stored))
  if (!parsed.ok) throw invalid(parsed.field, parsed.problem)
  const config = parsed.config as ChannelConfig
  for (const field of notifier.urlFields) {
    const weighed = checkOutgoingUrl(String(config[field] ?? ''), allowOutgoing)
    if (config[field] === undefined || !('problem' in weighed)) continue
    throw new GitferryError('URL_FORBIDDEN', `config.${field}: ${weighed.problem}.`, {
      details: { field: `config.${field}` },
    })
  }
  return config
}

/** What of a config must never be read in a message: its secrets, and what is masked of its URLs. */
export function secretsOf(notifier: NotifierAdapter, config: ChannelConfig): string[] {
  const texts = (fields: readonly string[]) =>
    fields.map((field) => config[field]).filter((value) => typeof value === 'string')
  const hidden = texts(notifier.urlFields).flatMap((url) => [url, ...maskedParts(url, notifier.maskUrl(url))])
  return [...texts(notifier.secretFields), ...hidden].filter((secret) => secret !== '')
}

function restored(
  notifier: NotifierAdapter,
  given: ChannelConfig,
  stored: ChannelConfig | undefined,
): ChannelConfig {
  const config = { ...given }
  let hasMoved = false
  for (const field of notifier.urlFields) {
    const [url, before] = [config[field], stored?.[field]]
    if (typeof url !== 'string') continue
    if (typeof before === 'string' && url === notifier.maskUrl(before)) config[field] = before
    else if (url.includes(mask))
      throw invalid(field, `must be given whole: "${mask}" stands for nothing here`)
    hasMoved ||= typeof before === 'string' && originOf(String(config[field])) !== originOf(before)
  }
  for (const field of notifier.secretFields) {
    if (config[field] !== mask) continue
    const before = stored?.[field]
    if (before === undefined) throw invalid(field, `must be given: "${mask}" stands for nothing here`)
    if (hasMoved) throw invalid(field, 'must be given again, because the URL leads to another place')
    config[field] = before
  }
  return config
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined)

function maskedParts(url: string, masked: string): string[] {
  const parts = (text: string) => (URL.canParse(text) ? text.split(/[/?&=#]/) : [])
  const shown = new Set(parts(masked))
  return parts(url)
    .filter((part) => !shown.has(part))
    .flatMap((part) => [part, decoded(part)])
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const invalid = (field: string, problem: string): GitferryError =>
  new GitferryError('INVALID_INPUT', `config.${field}: ${problem}.`, {
    details: { field: `config.${field}` },
  })
