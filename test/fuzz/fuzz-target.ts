import type { Arbitrary } from 'fast-check'

/** What a parser made of an input: it took something from it, or refused it as its rules say. */
export type Verdict = 'accepted' | 'refused'

/** One parser of bytes that somebody else wrote, and what it promises. */
export interface FuzzTarget<Input, Parser> {
  readonly name: string
  /** Near what the parser takes: real texts, changed in a few places, and noise. */
  readonly inputs: Arbitrary<Input>
  readonly parser: Parser
  /** Feeds the parser one input. Throws where a promise does not hold, or where it throws what it may not. */
  readonly check: (parser: Parser, input: Input) => Verdict | Promise<Verdict>
  /** Weighs the accepted inputs of a whole run together, where one by one takes too long. */
  readonly weigh?: (accepted: readonly Input[]) => void | Promise<void>
  /** Long inputs of the kind that takes a careless parser quadratic time. */
  readonly long?: () => readonly Input[]
  /** Parsers with one defect each, by what is wrong: the target must catch every one. */
  readonly broken: Readonly<Record<string, Parser>>
  /** The share of the cases that a slow target is given, from 0 to 1. Default 1. */
  readonly share?: number
}

/** A target whose types nobody needs to know any more: its input and its parser stay with it. */
export type AnyFuzzTarget = FuzzTarget<never, never>

export const fuzzTarget = <Input, Parser>(target: FuzzTarget<Input, Parser>): AnyFuzzTarget =>
  target as unknown as AnyFuzzTarget
