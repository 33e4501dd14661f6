import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/** Adds one commit to each of some branches in one go, with `size` bytes that no compression makes smaller. */
export function addCommits(repository: string, branches: readonly string[], size: number): void {
  const parts = branches.flatMap((branch) => [
    `commit refs/heads/${branch}\ncommitter Test <test@example.org> 1767225600 +0000\ndata 4\nmore\n`,
    `from refs/heads/${branch}^0\nM 100644 inline noise\ndata ${size}\n`,
    randomBytes(size),
    '\n',
  ])
  const input = Buffer.concat(parts.map((part) => Buffer.from(part)))
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository, input })
}
