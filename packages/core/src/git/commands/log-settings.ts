import type { GitSetting } from '../settings.ts'

/**
 * What a repository’s own settings may not change in what `git log` and `git diff` print: which commits, which files, in
 * which order and form.
 */
export const logSettings: readonly GitSetting[] = [
  ['log.follow', 'false'],
  ['log.showRoot', 'true'],
  ['log.diffMerges', 'separate'],
  ['color.ui', 'false'],
  ['color.diff', 'false'],
  ['diff.orderFile', '/dev/null'],
  ['diff.relative', 'false'],
  ['diff.ignoreSubmodules', 'none'],
  ['diff.submodule', 'short'],
  ['diff.renameLimit', '1000'],
  ['diff.algorithm', 'default'],
  ['grep.patternType', 'default'],
]
