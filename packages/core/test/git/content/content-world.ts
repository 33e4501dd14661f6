import { execFileSync } from 'node:child_process'
import { ByteCache } from '../../../src/git/content/byte-cache.ts'
import { type ContentSource, openContent } from '../../../src/git/content/content-source.ts'
import { Sandbox } from '../local/sandbox.ts'

/** Bytes of a file that is no text, and of no known type either. */
export const binary = Buffer.from([0, 1, 2, 255, 254, 0, 10, 13])

const blob = (content: string | Buffer): (string | Buffer)[] => [
  `data ${Buffer.byteLength(content)}\n`,
  content,
  '\n',
]

interface Change {
  readonly mode?: string
  /** As git fast-import wants it: in quotes where it must be. */
  readonly path: string
  /** `null`: it is deleted. */
  readonly content: string | Buffer | null
}

interface Made {
  readonly ref: string
  readonly mark: number
  readonly message: string
  readonly from?: number
  readonly merge?: number
  readonly author?: string
  readonly encoding?: string
  readonly changes: readonly Change[]
}

function* commit({
  ref,
  mark,
  message,
  from,
  merge,
  author,
  encoding,
  changes,
}: Made): Iterable<string | Buffer> {
  const at = 1_700_000_000 + mark * 100
  yield `commit ${ref}\nmark :${mark}\n`
  const written = `author ${author ?? 'Ana Author <ana@example.com>'} ${at - 50} +0530\n`
  yield encoding === undefined ? written : Buffer.from(written, 'latin1')
  yield `committer Carl <carl@example.com> ${at} -0800\n`
  if (encoding !== undefined) yield `encoding ${encoding}\n`
  yield* blob(encoding === undefined ? message : Buffer.from(message, 'latin1'))
  if (from !== undefined) yield `from :${from}\n`
  if (merge !== undefined) yield `merge :${merge}\n`
  for (const { mode = '100644', path, content } of changes) {
    if (content === null) yield `D ${path}\n`
    else if (mode === '160000') yield `M 160000 ${content} ${path}\n`
    else {
      yield `M ${mode} inline ${path}\n`
      yield* blob(content)
    }
  }
  yield '\n'
}

const many = Array.from({ length: 1_000 }, (_, index) => ({
  path: `many/${String(index * 7_919).padStart(7, '0')}`,
  content: `${index}\n`,
}))

const long = Array.from({ length: 60 }, (_, line) => `line ${line}\n`).join('')

function* history(): Iterable<string | Buffer> {
  const main = 'refs/heads/main'
  yield* commit({
    ref: main,
    mark: 1,
    message: 'Begin\n\nwith a body\n\n\n',
    changes: [
      { path: 'plain.txt', content: 'one\ntwo' },
      { path: 'crlf.txt', content: 'one\r\ntwo\r\n' },
      { path: 'binary.bin', content: binary },
      { path: 'empty', content: '' },
      { path: 'exec.sh', mode: '100755', content: '#!/bin/sh\n' },
      { path: 'link', mode: '120000', content: 'dir/inner/deep.txt' },
      { path: 'sub', mode: '160000', content: '1234567890123456789012345678901234567890' },
      { path: 'dir/inner/deep.txt', content: long },
      { path: 'dir/z', content: 'z\n' },
      { path: 'dir.txt', content: 'sorts before dir/ in git\n' },
      { path: '"with space/\u00fc \ud83c\udf89.txt"', content: 'party\n' },
      { path: '"with space/quote\\"s"', content: 'quoted\n' },
      { path: '"odd/tab\\tname"', content: 'tab\n' },
      { path: '"odd/new\\nline"', content: 'line feed\n' },
      { path: '"odd/\\377\\376"', content: 'not UTF-8\n' },
      { path: '-dash', content: 'dash\n' },
      { path: '":(glob)**"', content: 'no magic\n' },
      ...many,
    ],
  })
  yield* commit({
    ref: main,
    mark: 2,
    message: 'Gr\u00fc\u00dfe',
    encoding: 'ISO-8859-1',
    author: 'Bob B\u00f6ck <BOB@example.org>',
    changes: [{ path: 'dir/z', content: 'zz\n' }],
  })
  yield* commit({
    ref: 'refs/heads/feature/x',
    mark: 3,
    from: 1,
    message: 'On the side [a+b]*',
    changes: [
      { path: 'side.txt', content: 'side\n' },
      { path: 'dir/inner/deep.txt', content: null },
      { path: 'dir/inner/moved.txt', content: `${long}more\n` },
      { path: 'binary.bin', content: Buffer.concat([binary, binary]) },
      { path: 'empty', mode: '120000', content: 'plain.txt' },
      { path: 'sub', mode: '160000', content: '0987654321098765432109876543210987654321' },
    ],
  })
  yield* commit({
    ref: main,
    mark: 4,
    from: 2,
    merge: 3,
    message: 'Merge the side',
    changes: [{ path: 'side.txt', content: 'side\n' }],
  })
  yield* commit({
    ref: main,
    mark: 5,
    message: '',
    changes: [{ path: 'plain.txt', content: 'one\ntwo\nthree\n' }],
  })
  yield* commit({
    ref: 'refs/heads/apart',
    mark: 6,
    message: 'Another root',
    changes: [{ path: 'only', content: 'x\n' }],
  })
  yield `reset refs/heads/\u00fc/\ud83c\udf89\nfrom :2\n\n`
  yield 'reset refs/heads/deadbee\nfrom :3\n\n'
  yield 'reset refs/heads/both\nfrom :1\n\n'
  yield 'reset refs/tags/both\nfrom :2\n\n'
  yield 'reset refs/tags/v1-light\nfrom :2\n\n'
  yield 'tag v1\nfrom :2\ntagger Ana <ana@example.com> 1700000000 +0000\ndata 2\nv1\n'
}

/** A bare repository with what is rare in histories, and plain git to ask the same of it. */
export class ContentWorld implements Disposable {
  readonly box = new Sandbox()
  readonly path = `${this.box.root}/world.git`
  readonly cache = new ByteCache({ maxBytes: 16 * 1024 * 1024 })

  constructor() {
    this.box.run(this.box.root, 'init', '--quiet', '--bare', '--initial-branch=main', this.path)
    this.fastImport(history())
    this.git('tag', '-a', '-m', 'of a tag', 'vv', 'v1')
    this.git('tag', 'of-tree', 'main^{tree}')
  }

  [Symbol.dispose](): void {
    this.box[Symbol.dispose]()
  }

  fastImport(stream: Iterable<string | Buffer>, path = this.path): void {
    const input = Buffer.concat(Array.from(stream, (piece) => Buffer.from(piece as string)))
    execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: path, input })
  }

  /** What plain git prints, trimmed at its end alone. */
  git(...args: string[]): string {
    return this.bytes(...args)
      .toString('utf8')
      .trimEnd()
  }

  bytes(...args: string[]): Buffer {
    return execFileSync('git', args, {
      cwd: this.path,
      maxBuffer: 1e8,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env.PATH,
        HOME: this.box.folder,
        GIT_LITERAL_PATHSPECS: '1',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    })
  }

  oid(revision: string): string {
    return this.git('rev-parse', '--verify', revision)
  }

  /** Stores an object as it is, right or wrong. */
  store(type: string, content: string | Buffer): string {
    const args = ['hash-object', '-w', '--literally', '-t', type, '--stdin']
    return execFileSync('git', args, { cwd: this.path, input: content, encoding: 'utf8' }).trim()
  }

  async open(path = this.path, { is_hosted = false } = {}): Promise<ContentSource> {
    const repo = await this.box.inspect(path)
    const row = { ...repo, uuid: `uuid of ${path}`, is_hosted }
    return openContent(row, { runner: this.box.runner, repoRoots: [this.box.root] })
  }
}
