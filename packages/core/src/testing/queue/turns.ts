/** Lets everything that can go on without us go on: some turns of the event loop, no matter how long they take. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
