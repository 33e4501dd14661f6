import type { Oids } from './expected-plan.ts'
import type { Played, PlayedRun } from './played.ts'
import type { Scenario } from './scenario.ts'

/** What a scenario came to, for a person who has to find out why it should not have: refs as `c3` and `t1`. */
export function describePlayed({ task, first, afterwards }: Scenario, played: Played): string {
  const { graph, source, before, stored, restore, runs, kept } = played
  const names = new Map([
    ...graph.commits.map((oid, index) => [oid, `c${index}`] as const),
    ...graph.tags.map((oid, index) => [oid, `t${index}`] as const),
  ])
  const short = (oid: string | null | undefined) => (oid ? (names.get(oid) ?? oid) : 'none')
  const table = (refs: Oids) =>
    [...refs]
      .sort()
      .map(([name, oid]) => `${name.replace(/^refs\//, '')}=${short(oid)}`)
      .join(' ') || 'nothing'
  const setting = Object.entries(task).map(([field, value]) => `${field}=${JSON.stringify(value)}`)
  const lines = [
    `task    ${setting.join(' ')}`,
    `first   ${first}, then ${afterwards}`,
    `source  ${table(source)}`,
    `target  ${table(before)}`,
    ...(stored ? [`stored  ${stored.refused ?? stored.plan?.stopped_code ?? 'may run'}`] : []),
    ...runs.flatMap((run) => [...describeRun(run), `  kept    ${describeKept(run)}`]),
    ...(restore ? [`restore ${restore.refused ?? 'done'}, asked for at ${table(restore.before)}`] : []),
    `end     ${table(played.after)}`,
  ]
  return lines.join('\n')

  function describeRun({ after, before: from, kind, run, tries }: PlayedRun): string[] {
    const refs = run.refs.map(
      ({ action, new_oid, old_oid, outcome, reason, target_ref }) =>
        `  ref     ${target_ref} ${action} ${short(old_oid)}..${short(new_oid)}: ${outcome} ${reason}`,
    )
    const plans = tries.flatMap(({ intruded, seen, updates }, index) => [
      `  try ${index + 1}   ${updates.map(({ action, target_ref }) => `${action} ${target_ref}`).join(', ') || 'in step'}`,
      ...(intruded === seen ? [] : [`  others  ${table(intruded)}`]),
    ])
    const error = [run.error_code, run.error_message].filter(Boolean).join(': ')
    return [
      `run ${run.id} ${kind}: ${run.status} ${error}`,
      `  from    ${table(from)}`,
      ...plans,
      ...refs,
      `  after   ${table(after)}`,
    ]
  }

  function describeKept({ run }: PlayedRun): string {
    const refs = [...(kept.get(run.id) ?? [])].map(([name, oids]) => `${name}=${oids.map(short).join('+')}`)
    return refs.join(' ') || 'nothing'
  }
}
