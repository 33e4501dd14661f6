/**
 * What the two sides of a push printed beside the porcelain lines, where it says more than these do: "failed to update
 * ref" tells no reason, the remote's own lines do.
 */
export interface RemoteWords {
  /** Something in the push is larger than the remote takes. */
  readonly isTooBig: boolean
  /** The remote's check of the objects (fsck) refused one. */
  readonly isBadObject: boolean
  /** An object could not be read here. */
  readonly isUnreadable: boolean
  /** Why a ref could not be locked or updated there, by its full name. */
  readonly locks: ReadonlyMap<string, string>
  /** The remote's rule by its own name (`GH006: Protected branch …`), in the order printed. */
  readonly rules: readonly string[]
  /** What a hook printed in words of its own, where it was one line; of more nobody can tell which ref they mean. */
  readonly said: string | undefined
}

/** Words of GitHub (GH001), GitLab, Bitbucket and git itself for more than they take. */
export const tooBig =
  /\bGH001\b|file size limit|(?:pack|size) exceeds|exceed\w* (?:\S+ ){0,6}(?:size limit|limit of|\d+ ?[KMG]i?B)|larger than (?:the )?(?:allowed|maximum)|over the (?:\S+ ){0,2}size limit|too large/i
const lockLine = /^error: cannot (?:lock|update) ref '([^']*)': (.*)$/
const ruleLine = /^(?:error: )?((?:GH\d{3}|TF\d{6}|GitLab|Gitea|Forgejo): .+)$/

/** Reads the stderr of a push. `remote: ` marks what the other side printed. */
export function readRemoteWords(stderr: string): RemoteWords {
  const all = stderr.split(/[\r\n]+/).map((line) => line.trimEnd())
  const remote = all
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length))
  const own = all.filter((line) => !line.startsWith('remote: '))
  const said = (sign: RegExp): boolean => remote.some((line) => sign.test(line))
  return {
    isTooBig: said(tooBig),
    isBadObject: said(/fsck error|error in (?:object|tree|commit|tag|blob) /i),
    isUnreadable: own.some((line) =>
      /^(?:fatal|error): (?:unable to read |bad object|missing blob)/.test(line),
    ),
    locks: new Map(
      remote.flatMap((line) => {
        const [, ref, why] = lockLine.exec(line) ?? []
        return ref === undefined || why === undefined ? [] : [[ref, why] as const]
      }),
    ),
    rules: remote.flatMap((line) => ruleLine.exec(line)?.[1] ?? []),
    said: onlyOne(remote.map((line) => line.trim()).filter((line) => line !== '' && !ofGit.test(line))),
  }
}

/** What git itself prints on the other side: its errors, and its meter. */
const ofGit = /^(?:error|warning|fatal|hint): |^[A-Z][A-Za-z ]{2,40}: +\d|^Total \d/

const onlyOne = (lines: readonly string[]): string | undefined => {
  const [line, ...others] = new Set(lines)
  return others.length === 0 ? line : undefined
}

/** The rule that refused `ref`: one that names it, else one that names no ref. */
export const ruleFor = (ref: string, rules: readonly string[]): string | undefined =>
  rules.find((rule) => rule.split(/[\s,'"]+/).some((word) => word.replace(/\.$/, '') === ref)) ??
  rules.find((rule) => !rule.includes('refs/'))
