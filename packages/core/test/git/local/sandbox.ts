import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GitRunner } from '../../../src/git/command.ts'
import { inspectRepository } from '../../../src/git/local/inspect-repository.ts'
import { LocalRepository } from '../../../src/git/local/local-repository.ts'
import { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { silentLogger } from '../../../src/ports/logger.ts'
import { readTemplate, type Template, writeTemplate } from './template.ts'

const binary = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()

/** What the repositories below are called in their templates. */
const templateName = 'a-name-that-nothing-else-has'
const templates = new Map<string, Template>()

/** A folder of its own with a repository root, a runner, and a git for the user's side. Dispose it after use. */
export class Sandbox implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitferry-local-')))
  readonly root = join(this.folder, 'repos')
  readonly outside = join(this.folder, 'outside')
  readonly home = join(this.folder, 'home of git')
  /** What every hostile payload creates when it runs. */
  readonly marker = join(this.folder, 'marker')
  readonly runner: ProcessGitRunner

  constructor() {
    for (const folder of [this.root, this.outside]) mkdirSync(folder)
    mkdirSync(this.home, { mode: 0o700 })
    this.runner = new ProcessGitRunner({ git: binary, home: this.home, logger: silentLogger })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** The user's own git, in `cwd`. Answers what it printed, trimmed. */
  run(cwd: string, ...args: string[]): string {
    return execFileSync(binary, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/bin:/bin',
        HOME: this.folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    }).trim()
  }

  /** A new repository with one commit on `main` that holds `file` ("one"). */
  repository(name = 'repo', ...options: string[]): string {
    return this.#copyOf(`repository ${options.join(' ')}`, name, (built) =>
      built.#repository(templateName, options),
    )
  }

  #repository(name: string, options: readonly string[]): string {
    const path = join(this.root, name)
    this.run(this.root, 'init', '--quiet', '--initial-branch=main', ...options, name)
    this.commit(path, { file: 'one\n' })
    return path
  }

  /** A bare clone of a repository with `main` and `develop`. */
  bareRepository(name = 'bare.git'): string {
    return this.#copyOf('bare', name, (built) => built.#bareRepository(templateName))
  }

  #bareRepository(name: string): string {
    const source = this.#repository(`${name}-source`, [])
    this.run(source, 'branch', 'develop')
    const path = join(this.root, name)
    this.run(this.root, 'clone', '--quiet', '--bare', '--no-local', source, path)
    return path
  }

  /** A clone with `main` checked out, of a repository that has `main`, `develop` (one commit ahead) and `a/b`. */
  clone(name = 'clone'): string {
    return this.#copyOf('clone', name, (built) => built.#clone(templateName))
  }

  #clone(name: string): string {
    const source = this.#repository(`${name}-source`, [])
    this.run(source, 'checkout', '--quiet', '-b', 'develop')
    this.commit(source, { file: 'two\n', added: 'new\n' })
    this.run(source, 'branch', 'a/b')
    this.run(source, 'checkout', '--quiet', 'main')
    const path = join(this.root, name)
    this.run(this.root, 'clone', '--quiet', '--no-local', source, path)
    return path
  }

  /** The same for every sandbox, built once: gits are what the tests of this folder spend most of their time on. */
  #copyOf(what: string, name: string, build: (sandbox: Sandbox) => string): string {
    let template = templates.get(what)
    if (template === undefined) {
      using built = new Sandbox()
      build(built)
      template = readTemplate(built.root)
      templates.set(what, template)
    }
    writeTemplate(template, this.root, (text) => text.replaceAll(templateName, name))
    const path = join(this.root, name)
    // the files of the copy have other times than its index says
    if (existsSync(join(path, '.git'))) this.run(path, 'update-index', '-q', '--refresh')
    return path
  }

  /** Commits `files` (path → text) on the branch that is checked out, and answers the commit. */
  commit(path: string, files: Record<string, string>): string {
    for (const [file, text] of Object.entries(files)) this.write(join(path, file), text)
    this.run(path, 'add', '--all', '--force', '.')
    this.run(path, 'commit', '--quiet', '--allow-empty', '-m', Object.keys(files).join(' '))
    return this.oid(path, 'HEAD')
  }

  write(file: string, text: string, mode = 0o644): string {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode })
    return file
  }

  oid(path: string, revision: string): string {
    return this.run(path, 'rev-parse', '--verify', revision)
  }

  inspect(path: string, options: Partial<Parameters<typeof inspectRepository>[1]> = {}) {
    return inspectRepository(path, {
      runner: this.runner,
      repoRoots: [this.root],
      trustedOwners: [],
      ...options,
    })
  }

  async open(path: string, runner: GitRunner = this.runner): Promise<LocalRepository> {
    return new LocalRepository({
      repo: await this.inspect(path),
      runner,
      repoRoots: [this.root],
    })
  }

  /** A shell command that leaves the marker, and otherwise hands its input on, as a filter would. */
  get payload(): string {
    return `touch '${this.marker}'; cat`
  }

  get hasMarker(): boolean {
    return existsSync(this.marker)
  }
}
