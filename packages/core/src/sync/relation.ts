/** How the source’s commit and the target’s lie to each other. */
export interface Relation {
  /** Commits that the source has and the target lacks. */
  readonly ahead: number
  /** Commits that the target has and the source lacks. */
  readonly behind: number
  /** Whether they have a commit in common; if not, one of the two histories was made anew. */
  readonly related: boolean
}
