import { isAbsolute } from 'node:path'
import { addressRange } from '@gitferry/core/contract'
import { z } from 'zod'
import { baseUrl, baseUrlRule } from '../base-url.ts'
import { allowedHostName } from '../host-name.ts'

const text = (what: string) =>
  z
    .string({ error: `must be ${what}` })
    .min(1, 'must not be empty')
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')

const integer = (min: number, max: number) => {
  const message = `must be an integer from ${min} to ${max}`
  return z.int({ error: message }).min(min, message).max(max, message)
}

const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: 'must be a list' })

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` })

const host = text('a host name or an address').transform((value) =>
  value.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
)

const hostName = text('a host name or an address').refine(
  (value) => allowedHostName(value) !== undefined,
  'must be a host name or an address, without a scheme, port or path',
)

const publicUrl = text('a URL').transform((value, context) => {
  const url = baseUrl(value)
  if (url !== undefined) return url
  context.issues.push({ code: 'custom', input: value, message: baseUrlRule })
  return z.NEVER
})

export type StorageChoice = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string }

const storage = text('sqlite:PATH or memory').transform((value, context): StorageChoice => {
  if (value === 'memory') return { kind: 'memory' }
  if (value.startsWith('sqlite:') && value.length > 'sqlite:'.length) {
    return { kind: 'sqlite', path: value.slice('sqlite:'.length) }
  }
  const message = /^postgres(?:ql)?:/.test(value)
    ? 'PostgreSQL is not supported yet; use sqlite:PATH or memory'
    : 'must be sqlite:PATH or memory'
  context.issues.push({ code: 'custom', input: value, message })
  return z.NEVER
})

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

/** Seconds, or text with a unit; answers milliseconds. */
const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  const [, amount = '', unit = 's'] = /^(\d{1,6})(ms|s|m)?$/.exec(String(value)) ?? []
  const ms = Number(amount) * (units[unit] ?? 0)
  if (amount !== '' && ms <= 3_600_000) return ms
  context.issues.push({
    code: 'custom',
    input: value,
    message: 'must be a time of at most an hour: 30s, 500ms, 2m, or seconds',
  })
  return z.NEVER
})

/** 32 bytes in base64. */
export const secretKey = /^[A-Za-z0-9+/]{43}=?$/

/**
 * Every setting, as a configuration file writes it; flags and environment variables are brought into the same
 * shape and checked by the same schema.
 */
export const settingsSchema = z
  .strictObject({
    host,
    port: integer(0, 65_535),
    ssh_port: integer(0, 65_535),
    public_url: publicUrl,
    data_dir: text('a path'),
    repo_roots: list(text('a path')).min(1, 'must name at least one path'),
    storage,
    allow_outgoing: list(text('a host, host:port or CIDR range')),
    strict_host_keys: z.boolean({ error: 'must be true or false' }),
    host_names: list(hostName),
    max_connections: integer(1, 1_000_000),
    trusted_owners: list(integer(0, 2 ** 32 - 2)),
    git: text('a path').refine(isAbsolute, 'must be an absolute path'),
    concurrency: integer(1, 64),
    concurrency_per_host: integer(1, 64),
    network_retries: integer(0, 10),
    log_level: oneOf(['debug', 'info', 'warn', 'error']),
    log_format: oneOf(['pretty', 'json']),
    secret_key: text('text').regex(secretKey, 'must be 32 bytes in base64: openssl rand -base64 32'),
    secret_key_file: text('a path'),
    old_secret_key_files: list(text('a path')),
    webhook_secret: text('text'),
    webhook_secret_file: text('a path'),
    webhook_rate_limit: integer(1, 1_000_000),
    webhook_allow_ips: list(addressRange).min(1, 'must name at least one address'),
    insecure: z.boolean({ error: 'must be true or false' }),
    grace: duration,
  })
  .partial()

export type Settings = z.output<typeof settingsSchema>
export type SettingName = keyof Settings
