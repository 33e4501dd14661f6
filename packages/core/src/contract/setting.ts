import { z } from 'zod'
import { id } from './id.ts'

/** A value that gitferry keeps for itself: the sealed key of the audit chain, a proof of the secret key. */
export const settingRow = z.object({ id, name: z.string(), value: z.string(), version: z.int() })

export type SettingRow = z.output<typeof settingRow>
