/** What no entry of `refs` or `exclude` can be. */
export const badGlobs: readonly [rule: string, entry: unknown][] = [
  ['that is an option', '--upload-pack=touch /tmp/x'],
  ['that is no full name', 'main'],
  ['that is forced', '+refs/heads/*:refs/heads/*'],
  ['that excludes', '^refs/heads/x'],
  ['outside branches and tags', 'refs/gitferry/kept/*'],
  ['that holds ".."', 'refs/heads/a..b'],
  ['that holds NUL', 'refs/heads/a\u0000b'],
  ['that holds a line break', 'refs/heads/a\nb'],
  ['with two colons', 'refs/heads/a:refs/heads/b:refs/heads/c'],
  ['that is no text', 7],
  ['that is empty', ''],
]

/** What nothing can be cloned from. */
export const badUrls: readonly [rule: string, url: unknown][] = [
  ['that runs a helper', 'ext::sh -c touch% /tmp/x'],
  ['that is an option', '--upload-pack=touch /tmp/x'],
  ['whose host is an option', 'ssh://-oProxyCommand=touch/x'],
  ['of another scheme', 'ftp://host.example/x.git'],
  ['with a line break', 'https://host.example/x\n.git'],
  ['with NUL', 'https://host.example/x\u0000.git'],
  ['that leads to this machine', 'http://127.0.0.1/x.git'],
  ['that is a relative path', 'origin.git'],
  ['that is empty', ''],
  ['that is no text', ['https://host.example/x.git']],
]
