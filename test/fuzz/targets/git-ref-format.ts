import { spawnSync } from 'node:child_process'

/**
 * git-check-ref-format(1) once more, by its own list of rules, for names that are UTF-8; `*` as without
 * `--refspec-pattern`. gitferry takes none of more than 4,000 characters.
 */
export function isRefNameOfGit(name: string): boolean {
  const characters = [...name]
  const isForbidden = (character: string): boolean =>
    ' ~^:?*[\\\u007f\ufffd'.includes(character) || /[\p{Cc}\p{Cs}]/u.test(character)
  if (characters.some(isForbidden) || name.length > 4_000) return false
  if (!name.includes('/') || name.includes('..') || name.includes('@{') || name.includes('//')) return false
  if (name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false
  return name.split('/').every((component) => component[0] !== '.' && !/\.lock$/.test(component))
}

/** Answers which of these names git itself refuses: one shell asks it about all. */
export function refusedByGit(names: readonly string[], flag?: '--branch'): readonly string[] {
  const refused: string[] = []
  const unique = [...new Set(names)]
  const script = `for name do git check-ref-format ${flag ?? ''} "$name" >/dev/null 2>&1 || printf '%s\\0' "$name"; done`
  for (let start = 0; start < unique.length; start += 200) {
    const { stdout, error } = spawnSync('sh', ['-c', script, 'sh', ...unique.slice(start, start + 200)], {
      encoding: 'utf8',
      cwd: '/',
    })
    if (error !== undefined) throw error
    refused.push(...stdout.split('\0').filter(Boolean))
  }
  return refused
}
