/** When a task runs, as {@link parseSchedule} read it. Immutable: `next` keeps nothing between two calls. */
export interface Schedule {
  /** `cron`: at calendar times in `timezone`. `every`: at a fixed interval, whatever the calendar says. */
  readonly kind: 'cron' | 'every'
  /** The expression as it was given, without the blanks around it. */
  readonly expression: string
  /** The IANA zone that counts: the one of a `CRON_TZ=` prefix, otherwise the one given beside the expression. */
  readonly timezone: string
  /**
   * The first fire time after `after`, never `after` itself. Both in ms since 1970 in UTC.
   *
   * `anchor` matters to `every` only: any earlier fire time, such as the last scheduled one. Fire times lie a whole
   * number of intervals from it, so that a restart does not move them. Default: `after`.
   */
  next(after: number, anchor?: number): number
}
