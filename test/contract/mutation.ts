/** One change to the code that takes rules out of it. */
export interface Mutation {
  /** The rules that no longer hold then; a pattern stands for every rule whose name it matches. */
  readonly takesOut: readonly (string | RegExp)[]
  /** From the root of the repository. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}
