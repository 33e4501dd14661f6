import { execFileSync } from 'node:child_process'

/** Why nothing can be traced here; `undefined` when it can. */
export function whyNotTraceable(): string | undefined {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    const { code, stderr } = error as { readonly code?: string; readonly stderr?: Buffer }
    return code === 'ENOENT' ? 'strace is not installed' : `strace cannot trace here: ${stderr}`
  }
}

/** The command that traces a process and every child of it into a file; the process stays the caller’s own child. */
export const tracedInto = (file: string): string[] => {
  const calls = 'trace=execve,execveat,connect,sendto,sendmsg,sendmmsg'
  const quiet = ['-qq', '-e', 'signal=none']
  return ['strace', '-D', '-f', '--seccomp-bpf', ...quiet, '-s', '4096', '-e', calls, '-o', file]
}
