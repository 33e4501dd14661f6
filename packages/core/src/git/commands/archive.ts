import type { GitStreamCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/**
 * Packs the files of a commit, as the attributes in its tree have it (`export-ignore`, `export-subst`). `prefix`: what
 * stands before every path, with a slash at its end. Only for a repository whose config is ours: another’s may name
 * programs that this starts (`tar.<format>.command`, filters).
 *
 * No tar.gz: which program compresses is a setting, too.
 */
export const archive = (
  commit: string,
  { format, prefix }: { readonly format: 'zip' | 'tar'; readonly prefix: string },
): GitStreamCommand => ({
  args: ['archive', `--format=${format}`, `--prefix=${prefix}`, requireOid(commit)],
})
