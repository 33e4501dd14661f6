import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/** A temporary folder with git as somebody has it who never configured anything. */
export interface GitFolder extends AsyncDisposable {
  readonly path: string
  readonly env: NodeJS.ProcessEnv
  /** Runs git in the folder, `input` on its stdin, and answers what it printed. Rejects when it fails. */
  git(args: readonly string[], input?: Iterable<string | Buffer>): Promise<string>
  /** Makes an empty bare repository and answers its path. */
  bare(name: string): Promise<string>
}

const person = { NAME: 'bench', EMAIL: 'bench@example.invalid' }

export async function openGitFolder(): Promise<GitFolder> {
  const path = await mkdtemp(join(tmpdir(), 'gitferry-bench-'))
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: path }
  for (const [key, value] of Object.entries(person)) {
    env[`GIT_AUTHOR_${key}`] = value
    env[`GIT_COMMITTER_${key}`] = value
  }
  const folder: GitFolder = {
    path,
    env,
    async git(args, input = []) {
      const child = spawn('git', args, { cwd: path, env, stdio: ['pipe', 'pipe', 'inherit'] })
      const ended = once(child, 'exit') as Promise<[number | null]>
      const [printed] = await Promise.all([text(child.stdout), pipeline(Readable.from(input), child.stdin)])
      const [code] = await ended
      if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}`)
      return printed.trim()
    },
    async bare(name) {
      const repository = join(path, name)
      await folder.git(['init', '-q', '--bare', '-b', 'main', repository])
      return repository
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
  return folder
}
