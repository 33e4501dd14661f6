/**
 * The storage failed for so long that what became of a run or a job could not be stored. It is left `running`, and a
 * run's intent in the audit log in place: whoever takes it up again finds out what had landed.
 */
export class Unrecorded extends Error {
  override readonly name = 'Unrecorded'

  constructor(cause: unknown) {
    super('What became of a run or a job could not be stored.', { cause })
  }
}
