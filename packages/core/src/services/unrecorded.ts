/**
 * The storage failed for so long that what became of a run could not be stored. The run is left `running`, and its
 * intent in the audit log in place: whoever takes it up again finds out what had landed.
 */
export class Unrecorded extends Error {
  override readonly name = 'Unrecorded'

  constructor(cause: unknown) {
    super('What became of a run could not be stored.', { cause })
  }
}
