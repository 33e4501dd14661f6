/** Who is asking, and from where; it stands in the audit log. */
export interface Principal {
  /** The user behind the credential, or `system` for gitferry itself and an application that names nobody. */
  readonly user: string
  /** The caller’s address, without a port. */
  readonly ip?: string | null
  readonly userAgent?: string | null
  readonly requestId?: string | null
}

export const system: Principal = { user: 'system' }
