import type { CommandContext } from './command-context.ts'

/** Lines that say how far it has come, when nobody sees one change. */
const lines = 10

/** Shows on a terminal each step, and elsewhere a line for every tenth. */
export function progressTeller({
  show,
  tell,
}: Pick<CommandContext, 'show' | 'tell'>): (done: number, total: number) => void {
  let told = 0
  return (done, total) => {
    const text = `${done} of ${total} secrets`
    if (show !== undefined) return show(done < total ? text : `${text}\n`)
    const part = Math.floor((done / total) * lines)
    if (part > told) tell(text)
    told = part
  }
}
