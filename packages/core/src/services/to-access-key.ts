import type { AccessKey, AccessKeyRow } from '../contract/index.ts'

/** A stored access key as it is shown: without its secret. */
export function toAccessKey(
  { sealed_secret: _, version: __, ...shown }: AccessKeyRow,
  user: string,
): AccessKey {
  return { ...shown, user }
}
