import type { GitCommand, GitRunOptions } from '../command.ts'

/** One end of a carry: where LFS objects come from, or go to. */
export type LfsEnd =
  | {
      readonly kind: 'folder'
      /** The common directory of a repository on this machine, weighed. */
      readonly commonDir: string
    }
  | {
      readonly kind: 'http'
      /** Of the remote, re-serialised and weighed. */
      readonly url: string
      /** The header for the origin of that URL; `null`: nobody is logged in. */
      readonly authorization: string | null
      /** Of what the end itself needs. */
      readonly secrets: readonly string[]
    }
  | {
      readonly kind: 'ssh'
      readonly url: string
      readonly sshCommand: string
      /** Runs a command that starts ssh, and sees to what the server’s host key is. */
      run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result>
    }
