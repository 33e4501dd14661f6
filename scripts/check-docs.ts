/**
 * Type-checks every TypeScript block of every document, as strictly as the sources, and follows every link to a file; a
 * link to a test must be named after it, every source file that ARCHITECTURE.md or the threat table names must be there,
 * and the threat table must be whole.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  codeBlocks,
  documents,
  missingFiles,
  problemsWithThreats,
  problemWithTestLink,
  testLinks,
} from './documents.ts'

const folder = '.build/documents'
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const files = documents()
const blocks = files.flatMap((file) => codeBlocks(file))
blocks.forEach(({ code, file, line }, index) => {
  writeFileSync(join(folder, `block-${index}.ts`), `// ${file}:${line}\n${code}\nexport {}\n`)
})
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: { noEmit: true, types: ['node'], declaration: false, sourceMap: false },
    include: ['*.ts'],
  }),
)
const { status } =
  blocks.length === 0 ? { status: 0 } : spawnSync('tsc', ['-p', folder], { stdio: 'inherit' })
rmSync(folder, { recursive: true, force: true })

const broken = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
    .filter((match) => !existsSync(join(dirname(file), match[1]!)))
    .map((match) => `${file}: there is no ${match[1]}`),
)
const tests = files.flatMap((file) => testLinks(file))
broken.push(...tests.flatMap((link) => problemWithTestLink(link) ?? []))
for (const file of ['ARCHITECTURE.md', 'docs/threats.md']) {
  const gone = missingFiles(readFileSync(file, 'utf8'))
  broken.push(...gone.map((name) => `${file}: there is no ${name}`))
}
broken.push(...problemsWithThreats('docs/threats.md'))
for (const problem of broken) console.error(problem)
console.log(
  `documents: ${files.length} files, ${blocks.length} code blocks, ${tests.length} links to tests, ${broken.length} broken links`,
)
process.exitCode = status !== 0 || broken.length > 0 ? 1 : 0
