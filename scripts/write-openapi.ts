/** Writes `openapi.json`, the description of the HTTP API. With `--check`: fails when the file says something else. */
import { readFileSync, writeFileSync } from 'node:fs'
import { apiDocumentText } from '../packages/server/src/openapi/document.ts'

const file = 'openapi.json'
const text = apiDocumentText()

function written(): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
  console.log(`wrote ${file}`)
} else if (written() === text) {
  console.log(`${file} says what the server answers`)
} else {
  console.error(`${file} is not what the sources describe. Write it anew: npm run openapi`)
  process.exitCode = 1
}
