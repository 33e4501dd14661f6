import { leadingOut } from './contents.ts'
import { vectorsOf } from './corpus.ts'
import type { Stage } from './stage.ts'

/** Paths that mean more than themselves to git, or to Windows. */
const magic = vectorsOf('file_path').filter(({ code }) => /^(?:pathspec_magic|ads_or_drive)$/.test(code))

/** Reads links that lead out of the repository, and asks who changed paths that git could take for patterns. */
export async function readPaths({ gitferry, ids }: Stage): Promise<string[]> {
  const problems: string[] = []
  for (const id of [ids.contents, ids.hosted]) {
    for (const [path, target] of Object.entries(leadingOut)) {
      const { content, mode } = await gitferry.content.blob(id, { path })
      const told = `${mode} ${Buffer.from(content, 'base64')}`
      if (told !== `120000 ${target}`) problems.push(`${path} is told as ${told}`)
    }
    for (const { text } of magic) {
      const { total } = await gitferry.content.commits(id, { path: text })
      if (total !== 0) problems.push(`${total} commits are told to have changed ${text}`)
    }
  }
  return problems
}
