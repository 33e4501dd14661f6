import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Stage } from './stage.ts'

/** The audit log: what was done, and that nobody can change it without being found out. */
export async function readRecord(stage: Stage): Promise<void> {
  const { deadline, gitferry, story } = stage

  story.chapter('What is on record')
  for await (const entry of gitferry.audit.all()) {
    const { created_at, error_code, object_id, object_type, operator, result, type } = entry
    const outcome = error_code === null ? result : `${result} ${error_code}`
    story.say(`${created_at}  ${operator}: ${type} ${object_type} ${object_id ?? ''} ${outcome}`)
  }
  // entries are sealed a second after they were written
  const whole = await stage.until(async () => {
    const found = await gitferry.audit.verify({ signal: deadline })
    return found.unsealed === 0 ? found : undefined
  })
  story.say(`${whole.sealed} entries in the chain, sealed`)
  story.check('the chain of entries holds', whole.valid && whole.sealed > 0)

  const database = new DatabaseSync(join(stage.history.root, 'data', 'gitferry.db'))
  const setOperator = database.prepare('update audit_log set operator = ? where id = 1')
  const { operator } = await gitferry.audit.get(1)
  setOperator.run('somebody else')
  story.say('changed the operator of entry 1 in the database, behind gitferry’s back')
  const changed = await gitferry.audit.verify({ signal: deadline })
  for (const problem of changed.problems) story.quote(problem.message)
  const [problem] = changed.problems
  story.check(
    'the change is found, and where it is',
    !changed.valid && problem?.kind === 'changed' && problem.entry_id === 1,
  )
  setOperator.run(operator)
  database.close()
}
