import { z } from 'zod'
import { id } from './id.ts'

/** What deleting a record answers. */
export const deleted = z.object({ id, deleted: z.literal(true) }).meta({ id: 'Deleted' })

export type Deleted = z.output<typeof deleted>
