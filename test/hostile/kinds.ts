import { texts, type Vector, vectorsOf } from './corpus.ts'

/** What must become of a vector. `refused`: an error of the caller’s. `taken`: success. */
export type Expected = 'refused' | 'taken'

/** Where the contract differs from the corpus: an id or a field of vectors → what is expected, and why. */
export type Differences = Readonly<Record<string, readonly [expected: Expected, why: string]>>

/** One meaning that an input can have: what it is tried with. */
export interface Kind {
  readonly vectors: readonly Vector[]
  readonly differs?: Differences
  /** What is sent, where it is not the text itself. `root`: the repository root. */
  readonly value?: (text: string, root: string) => string
}

const refs = vectorsOf('ref')
const filePaths = vectorsOf('file_path')
const changedByNone = [
  'taken',
  'a path is taken as it stands, and no commit has changed one like it',
] as const
const withRoot = (text: string, root: string): string => text.replace(/\$\{ROOT\}/g, root)

const opensAndRunsNothing = [
  'taken',
  'registering a hostile repository succeeds; nothing of it runs, and its files are as they were, which is looked at',
] as const
/** What becomes of each text by what it holds. */
const decided = (why: string, isRefused: (text: string) => boolean): Differences =>
  Object.fromEntries(texts.map(({ id, text }) => [id, [isRefused(text) ? 'refused' : 'taken', why] as const]))
const holdsControl = (text: string): boolean => /[\p{Cc}\p{Cs}]/u.test(text)
const isTaken = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, opensAndRunsNothing]))

export const kinds = {
  /** A short name that a person gives. */
  refName: { vectors: refs },
  /** The same where empty means the default. */
  optionalRef: {
    vectors: refs,
    differs: { 'ref-048': ['taken', 'empty means the default'] },
  },
  /** A branch, a tag or the name of a commit, to read from: what is none of them names nothing. */
  revision: { vectors: refs },
  /** What is there under none of these names. */
  unknown: {
    vectors: [...refs, ...filePaths],
    differs: { ref: ['refused', 'nothing is called so'], file_path: ['refused', 'nothing is called so'] },
  },
  /** What a rule of protection is for: it matches names, and makes none. */
  ruleName: {
    vectors: refs,
    differs: Object.fromEntries(
      refs
        .filter(({ code, text }) => !/[\p{Cc}\p{Cf} ~^:?[\\]|^refs\/|^$/u.test(text) && code !== 'too_long')
        .map(({ id }) => [id, ['taken', 'a rule for a name that no ref can have matches none'] as const]),
    ),
  },
  /** A glob over full names, or a refspec that renames. */
  selection: {
    vectors: [...refs, ...vectorsOf('ref_filter'), ...vectorsOf('observed_ref')],
    differs: {
      'ref-061': ['refused', 'a selection holds full names'],
      'ref-067': ['refused', 'a selection holds full names'],
      'ref_filter-002': ['refused', 'a filter is a glob over full names, so this one is never matched'],
      'observed_ref-016': ['refused', 'nothing but branches and tags is carried'],
      'observed_ref-017': ['refused', 'nothing but branches and tags is carried'],
    },
  },
  /** A full name out of a run’s own list. */
  keptRef: {
    vectors: [...refs, ...vectorsOf('observed_ref')],
    differs: {
      ref: ['refused', 'the run has kept no ref of this name'],
      observed_ref: ['refused', 'the run has kept no ref of this name'],
    },
  },
  remoteName: { vectors: vectorsOf('remote_name') },
  remoteUrl: {
    vectors: vectorsOf('remote_url'),
    differs: {
      'remote_url-034': ['taken', 'a login in a URL becomes a sealed credential and leaves the URL'],
    },
  },
  /** A URL in base64; those that are taken are connected to, and tried where no name leads anywhere. */
  encodedUrl: {
    vectors: vectorsOf('remote_url').filter(
      ({ expect, id }) => expect === 'reject' && id !== 'remote_url-034',
    ),
    value: (text) => Buffer.from(text).toString('base64'),
  },
  /** A URL that is reached by ssh, and nothing else. */
  sshUrl: {
    vectors: vectorsOf('remote_url'),
    differs: { 'remote_url-069': ['refused', 'an SSH key is tried by ssh'] },
  },
  /** Scheme, host and port. */
  origin: {
    vectors: vectorsOf('remote_url'),
    differs: {
      'remote_url-067': ['refused', 'a credential is for http(s)'],
    },
  },
  repoPath: {
    vectors: vectorsOf('repo_path'),
    value: withRoot,
    differs: isTaken(
      'repo_path-022',
      'repo_path-023',
      'repo_path-024',
      'repo_path-026',
      'repo_path-027',
      'repo_path-029',
      'repo_path-030',
      'repo_path-031',
    ),
  },
  /** A place that is not there yet. */
  newPath: {
    vectors: vectorsOf('repo_path'),
    value: withRoot,
    differs: { repo_path: ['refused', 'nothing is cloned to what is there already'] },
  },
  /** A file in a commit, to read; the repository has those that the corpus accepts, and its links. */
  file: {
    vectors: filePaths,
    differs: { 'file_path-019': ['taken', 'a link is told as what it is, which is looked at'] },
  },
  /** A directory in a commit; empty: the top. */
  directory: { vectors: filePaths, differs: { 'file_path-021': ['taken', 'empty means the top'] } },
  /** What commits have changed: a path that was never there is of none. */
  pathOfCommits: {
    vectors: filePaths,
    differs: {
      'file_path-013': changedByNone,
      'file_path-017': changedByNone,
      'file_path-018': changedByNone,
      'file_path-019': ['taken', 'the commits that changed the link itself'],
      'file_path-020': changedByNone,
      'file_path-021': ['taken', 'empty means every commit'],
    },
  },
  /** A file that a commit makes, where no other is. */
  newFile: { vectors: filePaths },
  /** A file that a commit moves away. */
  movedFile: {
    vectors: filePaths,
    differs: { 'file_path-019': ['taken', 'the link itself is moved, and stays one'] },
  },
  /** What a file is to hold. */
  content: {
    vectors: texts,
    differs: decided('any text is one', (text) => !text.isWellFormed()),
  },
  /** A folder below the root, as a path inside a repository would be. */
  folderPath: {
    vectors: filePaths,
    value: (text: string, root: string) => `${root}/${text}`,
    differs: { file_path: ['refused', 'no repository is there'] },
  },
  /** The same of a folder that is made. */
  newFolderPath: {
    vectors: filePaths,
    value: (text: string, root: string) => `${root}/${text}`,
    differs: {
      'file_path-013': ['taken', 'no pathspec: the place is given to git as it is, and literally'],
      'file_path-017': ['taken', 'a name like any other where there are no drives'],
      'file_path-018': ['taken', 'a name like any other where there are no streams'],
      'file_path-019': ['refused', 'nothing is cloned to what is there already'],
      'file_path-020': ['refused', 'nothing is cloned through a link out of the root'],
    },
  },
  notifierUrl: {
    vectors: vectorsOf('notifier_url'),
    differs: {
      'notifier_url-014': ['taken', 'a name is weighed when it is connected to, at every attempt'],
      'notifier_url-015': ['taken', 'a redirect is seen when it is connected to, and not followed'],
    },
  },
  template: {
    vectors: vectorsOf('template'),
    differs: {
      'template-001': ['refused', 'there is no such variable'],
      'template-002': ['refused', 'there is no such variable'],
      'template-007': ['taken', 'text that no template language of ours reads'],
      'template-012': ['refused', 'there is no such variable'],
    },
  },
  sshKey: { vectors: vectorsOf('ssh_key') },
  /** The public half of a key, on a line. */
  publicKey: { vectors: [...vectorsOf('ssh_key'), ...vectorsOf('known_host')] },
  knownHost: { vectors: vectorsOf('known_host') },
  cron: { vectors: vectorsOf('cron') },
  timeZone: {
    vectors: vectorsOf('cron'),
    differs: { cron: ['refused', 'no time zone has such a name'] },
  },
  /** One line of text that a person types. */
  line: { vectors: texts },
  /** Text of several lines. */
  text: {
    vectors: texts,
    differs: decided('it may hold tabs and line ends', (text) => holdsControl(text.replace(/[\t\n\r]/g, ''))),
  },
  /** What is sent in a header as it is. */
  secret: { vectors: texts, differs: decided('any text of one line is a secret', holdsControl) },
  /** The same before a colon. */
  username: {
    vectors: texts,
    differs: decided('a colon ends it', (text) => holdsControl(text) || text.includes(':')),
  },
  /** What has to be one of few words, a time, or a name of a narrower kind. */
  word: {
    vectors: texts,
    differs: decided('it is none of the words', () => true),
  },
  /** A part of what is searched for. An address holds no lone surrogate. */
  searched: {
    vectors: texts.filter(({ text }) => text.isWellFormed()),
    differs: decided('it stands on one line', holdsControl),
  },
  /** Whom a commit names. */
  person: {
    vectors: texts,
    differs: decided('these end it', (text) => holdsControl(text) || /[<>]/.test(text)),
  },
  /** The first part of addresses. */
  projectName: {
    vectors: texts,
    differs: decided('it holds letters, digits, "-" and "_"', (text) => !/^[A-Za-z][\w-]*$/.test(text)),
  },
  /** What is read and not heeded, or only kept or compared. */
  ignored: {
    vectors: texts,
    differs: decided('it changes nothing', () => false),
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
