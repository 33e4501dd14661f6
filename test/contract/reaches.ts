/** Waits until a run has come to a phase. Listen before the run is asked for, or its phases may have gone by. */
export async function reaches(
  events: AsyncIterable<{ readonly phase: string }>,
  phase: string,
): Promise<void> {
  for await (const event of events) if (event.phase === phase) return
}
