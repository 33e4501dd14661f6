import { CronExpressionParser } from 'cron-parser'
import { type CronFields, cronParserExpression } from './cron-fields.ts'
import type { TimeZone } from './time-zone.ts'

/**
 * The function `next` of a cron schedule in `zone`.
 *
 * When the clock changes, a job with fixed hours runs once per local day: a time inside the gap fires as if the clock
 * had not been put forward (02:30 at 03:30), a time inside the overlap fires in the first pass only. A job of every
 * hour follows elapsed time: nothing is added in a gap, and an overlap is a further hour.
 *
 * cron-parser counts local times as if they were UTC, where no clock changes; its own handling of changes depends on
 * where an iteration began, so that 03:45 is lost for `15,45 2 * * *` when it is asked anew at 03:15.
 */
export function nextOfCron(fields: CronFields, zone: TimeZone): (after: number) => number {
  // it is reset before every use; without a date it would ask for the machine's zone, which takes half of the time
  const currentDate = new Date(0)
  const ticks = CronExpressionParser.parse(cronParserExpression(fields), { tz: 'UTC', currentDate })
  const everyHour = fields.hour.values.length === 24

  const tickAfter = (local: number): number => {
    ticks.reset(new Date(local))
    return ticks.next().getTime()
  }
  const firesOf = (local: number): readonly number[] => {
    const instants = zone.instantsOf(local)
    return everyHour ? instants : [instants[0] ?? zone.instantAfterGap(local)]
  }

  return (after) => {
    // local times and instants are in the same order except next to a change of the clock: begin early enough for
    // the smaller offset, and look on until even the greater one leads to nothing earlier
    let local = after + Math.min(...zone.offsetsAround(after))
    let next = Number.POSITIVE_INFINITY
    let enough = Number.POSITIVE_INFINITY
    while (local < enough) {
      local = tickAfter(local)
      for (const fire of firesOf(local)) {
        if (fire <= after || fire >= next) continue
        next = fire
        enough = fire + Math.max(...zone.offsetsAround(fire))
      }
    }
    return next
  }
}
