import { z } from 'zod'

const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/**
 * One line of text that a person typed: trimmed, 1 to `max` characters, no control characters, no lone
 * surrogates, nothing that turns the writing direction round (it would forge log lines and terminals).
 */
export const line = (max: number) =>
  z
    .string({ error: 'must be text' })
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !forbidden.test(value), 'must not hold control characters')

/** The same, where nothing need be typed. */
export const lineOrNothing = (max: number) =>
  z
    .string({ error: 'must be text' })
    .trim()
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !forbidden.test(value), 'must not hold control characters')
