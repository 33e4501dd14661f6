const limitBytes = 1024 * 1024
/** The contents of files, in base64 or as they are. */
const commitLimitBytes = 64 * 1024 * 1024
/** Under whatever prefix the routes are. */
const commits = /\/v2\/projects\/[^/]+\/repository\/commits\/?$/

/** How large the body of a CodeArts request may be, in bytes: 1 MiB, and 64 MiB of one that creates a commit. */
export const codeArtsBodyLimit = (method: string, path: string): number =>
  method === 'POST' && commits.test(path) ? commitLimitBytes : limitBytes
