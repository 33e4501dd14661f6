import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shellWord } from '../ssh/ssh-config.ts'
import { type LfsEndpoint, parseSshAnswer } from './endpoint.ts'
import { lfsFailed } from './lfs-failed.ts'

/** How long git-lfs takes an answer for good before it asks anew, in seconds; servers give tokens for longer. */
const freshForSeconds = 300
/** Of a server, in bytes; an answer has some hundred. */
const longestAnswer = 65_536

const answerName = 'ssh-answer.json'
const toldName = 'ssh-told.json'

/** The files that `captureAnswer` makes, below its folder. */
export const sshAnswerFiles: readonly string[] = [answerName, `${answerName}.draft`, toldName]

/**
 * The command by which git-lfs starts ssh, so that what the server answers to `git-lfs-authenticate` (an address of its
 * choice, and a token) is written into `folder`, and git-lfs is told `relayUrl` instead. That stands in a file (0600),
 * because the command is what everybody on this machine can read in the list of processes. Everything in it is ours but
 * what git-lfs appends, which it quotes itself.
 */
export async function captureAnswer(sshCommand: string, folder: string, relayUrl: string): Promise<string> {
  const told = join(folder, toldName)
  await writeFile(told, JSON.stringify({ href: relayUrl, expires_in: freshForSeconds }), { mode: 0o600 })
  const file = join(folder, answerName)
  const draft = shellWord(`${file}.draft`)
  const steps = [
    // asked for LFS over ssh alone (git-lfs-transfer), a server would wait for what nobody says
    'case "$*" in *" git-lfs-authenticate "*) ;; *) false ;; esac',
    // a pipe has the status of its last command, and that of ssh is asked for
    `status=$({ { ${sshCommand} "$@" 3>&-; echo $? >&3; } | head -c ${longestAnswer + 1} > ${draft}; } 3>&1)`,
    '(exit "$status")',
    `mv ${draft} ${shellWord(file)}`,
    `cat ${shellWord(told)}`,
  ]
  return `f() { ${steps.join(' && ')}; }; f`
}

/** @throws LFS_FAILED when it is no answer of `git-lfs-authenticate` */
export async function readAnswer(folder: string): Promise<LfsEndpoint> {
  await using file = await open(join(folder, answerName))
  const { buffer, bytesRead } = await file.read(Buffer.alloc(longestAnswer + 1), 0, longestAnswer + 1, 0)
  if (bytesRead > longestAnswer) {
    throw lfsFailed('the server answered git-lfs-authenticate with more than is read', { reason: 'protocol' })
  }
  return parseSshAnswer(buffer.toString('utf8', 0, bytesRead))
}
