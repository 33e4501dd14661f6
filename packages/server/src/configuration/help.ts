import { type Setting, settings } from './settings.ts'

const head = `Usage: gitferry serve [flags]

Serves the gitferry API over HTTP until it gets SIGTERM or SIGINT; then running work may finish.

Flags (and the environment variables that they take precedence over):`

const tail = `
  --config FILE
      YAML or JSON with the same settings, written with underscores: data_dir, repo_roots.
  -h, --help
      Show this text.
  --version
      Show the version.
`

const entry = ({ flag, value, variable, help }: Setting): string => {
  const head =
    flag === undefined ? variable : `--${flag}${value === undefined ? '' : ` ${value}`}  (${variable})`
  return `  ${head}\n      ${help}`
}

/** What `gitferry --help` prints. */
export const helpText = [head, ...settings.map(entry)].join('\n') + tail
