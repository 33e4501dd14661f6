import { GitferryError } from '@gitferry/core/errors'

/** A UUID as CodeArts writes it. */
export const plainUuid = (uuid: string): string => uuid.replaceAll('-', '')

const hexadecimal = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/

/** The UUID that 32 digits and letters stand for; `undefined` where they are not all hexadecimal. */
export function uuidOf(plain: string): string | undefined {
  const parts = hexadecimal.exec(plain)?.slice(1)
  return parts?.join('-')
}

/** A user’s id has 4 to 32 characters. */
export const userIdText = (id: number): string => String(id).padStart(32, '0')

/** Reads `userIdText`, and the number as it is; `undefined`: nobody can have this id. */
export function findUserId(text: string): number | undefined {
  const id = /^\d{1,32}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(id) && id > 0 ? id : undefined
}

/** As `findUserId`. @throws USER_NOT_FOUND */
export function userIdOf(text: string): number {
  const id = findUserId(text)
  if (id !== undefined) return id
  throw new GitferryError('USER_NOT_FOUND', 'There is no user of this id.', { details: { field: 'id' } })
}

/** gitferry knows no tenants: everybody is of this one. */
export const domain = { id: '0'.repeat(32), name: 'gitferry' } as const
