import type { GitCommand } from '../command.ts'

/** Puts every ref into one file: many refs are read faster so, and made durable with one flush. */
export const packRefs = (): GitCommand<void> => ({ args: ['pack-refs', '--all'], parse() {} })
