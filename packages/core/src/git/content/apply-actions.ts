import { type ErrorCode, GitferryError } from '../../errors/index.ts'
import { type FileEntry, FileTree, foldersAbove } from './file-tree.ts'

/** One step of a commit. */
export interface FileAction {
  readonly action: 'create' | 'update' | 'delete' | 'move' | 'chmod'
  readonly path: string
  /** Of a move: where the file is. */
  readonly previous_path: string | null
  /** Of `create` and `update`; of a move, where the file is changed as well. */
  readonly content: Uint8Array | null
  /** Of `chmod`; otherwise `null` leaves it as it is, and makes a new file one that is not. */
  readonly is_executable: boolean | null
}

/** What became of a path; `null`: it is gone. */
export type FileChanges = ReadonlyMap<string, FileEntry | null>

/**
 * Applies actions in their order, each to what the ones before it left, and answers what differs in the end. `files` are
 * those that `concernedBy` the actions. The rules are those of GitLab’s commits API, on which the one of CodeArts is
 * modelled; that a file cannot stand where a folder is, and the other way round, is git’s.
 * @throws PATH_EXISTS, PATH_NOT_FOUND, INVALID_INPUT; each names the action as `actions.<index>.…`
 */
export function applyActions(
  files: Iterable<readonly [path: string, entry: FileEntry]>,
  actions: readonly FileAction[],
): FileChanges {
  const before = new Map(files)
  const tree = new FileTree(before)
  for (const [index, action] of actions.entries()) apply(tree, action, `actions.${index}`)
  const changes = new Map<string, FileEntry | null>()
  for (const path of actions.flatMap(pathsOf)) {
    const [was, is] = [before.get(path), tree.get(path)]
    if (is === undefined) {
      if (was !== undefined) changes.set(path, null)
    } else if (was?.mode !== is.mode || was.blob !== is.blob) changes.set(path, is)
  }
  return changes
}

/**
 * Which files of a commit the actions have to do with: those that they name, those that stand where these need a folder,
 * and those that lie in a folder where one of these is to stand.
 */
export function concernedBy(actions: readonly FileAction[]): (path: string) => boolean {
  const named = new Set(actions.flatMap(pathsOf))
  const above = new Set([...named].flatMap((path) => [...foldersAbove(path)]))
  return (path) =>
    named.has(path) || above.has(path) || foldersAbove(path).some((folder) => named.has(folder))
}

const pathsOf = ({ path, previous_path }: FileAction): string[] =>
  previous_path === null ? [path] : [path, previous_path]

const plain = '100644'
const executable = '100755'
const isRegular = ({ mode }: FileEntry): boolean => mode === plain || mode === executable
const isSubmodule = ({ mode }: FileEntry): boolean => mode === '160000'

function apply(tree: FileTree, action: FileAction, at: string): void {
  const { path, content, is_executable } = action
  switch (action.action) {
    case 'create':
      refuseTaken(tree, path, at)
      tree.set(path, { mode: is_executable ? executable : plain, blob: content ?? new Uint8Array() })
      return
    case 'update': {
      const found = fileAt(tree, path, at)
      if (content === null) throw refusal('INVALID_INPUT', `${at}.content`, 'must be given for an update')
      if (isSubmodule(found)) throw noFile(path, `${at}.path`, 'is a submodule, not a file')
      tree.set(path, changed(found, content, is_executable))
      return
    }
    case 'delete':
      fileAt(tree, path, at)
      tree.delete(path)
      return
    case 'move': {
      const from = action.previous_path
      if (from === null) throw refusal('INVALID_INPUT', `${at}.previous_path`, 'must be given for a move')
      const found = fileAt(tree, from, at, 'previous_path')
      if (content !== null && isSubmodule(found)) {
        throw noFile(from, `${at}.previous_path`, 'is a submodule, which has no content')
      }
      if (from === path)
        throw refusal('PATH_EXISTS', `${at}.path`, `${shown(path)} is where the file is already`)
      tree.delete(from)
      refuseTaken(tree, path, at)
      tree.set(path, changed(found, content, is_executable))
      return
    }
    case 'chmod': {
      const found = fileAt(tree, path, at)
      if (is_executable === null) {
        throw refusal('INVALID_INPUT', `${at}.is_executable`, 'must be given for a chmod')
      }
      if (!isRegular(found)) throw noFile(path, `${at}.path`, 'is a link or a submodule, not a file')
      tree.set(path, changed(found, null, is_executable))
    }
  }
}

/** A link stays one, whatever is said of its mode. */
function changed(entry: FileEntry, content: Uint8Array | null, is_executable: boolean | null): FileEntry {
  const mode = is_executable === null || !isRegular(entry) ? entry.mode : is_executable ? executable : plain
  return { mode, blob: content ?? entry.blob }
}

function fileAt(tree: FileTree, path: string, at: string, field = 'path'): FileEntry {
  const found = tree.get(path)
  if (found) return found
  throw noFile(path, `${at}.${field}`, tree.isFolder(path) ? 'is a directory, not a file' : 'is not there')
}

function refuseTaken(tree: FileTree, path: string, at: string): void {
  const field = `${at}.path`
  if (tree.get(path)) throw refusal('PATH_EXISTS', field, `there is a file at ${shown(path)} already`)
  if (tree.isFolder(path)) throw refusal('PATH_EXISTS', field, `there is a directory at ${shown(path)}`)
  const file = tree.fileAbove(path)
  if (file !== undefined) {
    throw refusal('PATH_EXISTS', field, `${shown(file)} is a file, and nothing can lie in it`)
  }
}

const shown = (path: string): string => JSON.stringify(path)

const noFile = (path: string, field: string, why: string): GitferryError =>
  refusal('PATH_NOT_FOUND', field, `${shown(path)} ${why}`)

const refusal = (code: ErrorCode, field: string, message: string): GitferryError =>
  new GitferryError(code, `${field}: ${message}`, { details: { field } })
