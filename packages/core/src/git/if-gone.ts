/** For `.catch` of a file system call: what counts when there is no such file; any other failure goes on. */
export const ifGone =
  <Fallback>(fallback: Fallback) =>
  (error: NodeJS.ErrnoException): Fallback => {
    if (error.code === 'ENOENT') return fallback
    throw error
  }
