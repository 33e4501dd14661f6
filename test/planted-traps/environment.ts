import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an environment may hold to make git do something else. */
export const plantedEnvironment = (folder: string): Record<string, string> => {
  const program = join(folder, 'of-the-environment')
  writeFileSync(program, `#!/bin/sh\ntouch '${join(folder, '..', 'marks', 'environment')}'\n`, {
    mode: 0o755,
  })
  writeFileSync(join(folder, '.gitconfig'), `[core]\n\tfsmonitor = "${program}"\n\thooksPath = ${folder}\n`)
  const named = (names: readonly string[], value: string) =>
    Object.fromEntries(names.map((name) => [name, value]))
  return {
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    ...named(
      ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_OBJECT_DIRECTORY', 'GIT_COMMON_DIR', 'GIT_TEMPLATE_DIR'],
      folder,
    ),
    ...named(['GIT_INDEX_FILE', 'GIT_TRACE', 'GIT_TRACE_SETUP', 'GIT_TRACE2'], join(folder, 'written')),
    ...named(['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_ASKPASS', 'SSH_ASKPASS', 'GIT_PROXY_COMMAND'], program),
    ...named(['GIT_EDITOR', 'EDITOR', 'VISUAL', 'PAGER', 'GIT_PAGER', 'GIT_EXTERNAL_DIFF'], program),
    ...named(['http_proxy', 'https_proxy', 'all_proxy', 'HTTPS_PROXY', 'ALL_PROXY'], 'http://127.0.0.1:9'),
    ...{
      no_proxy: '*',
      GIT_SSL_NO_VERIFY: '1',
      GIT_CURL_VERBOSE: '1',
      GIT_NAMESPACE: 'x',
      SSH_AUTH_SOCK: program,
    },
    ...{
      GIT_ALLOW_PROTOCOL: 'ext:file',
      GIT_CONFIG_PARAMETERS: `'core.fsmonitor=${program}'`,
      LD_PRELOAD: program,
    },
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: program },
    ...{ NODE_OPTIONS: '--no-warnings', GIT_EXEC_PATH: folder, GIT_NO_LAZY_FETCH: '0', LANG: 'tr_TR.UTF-8' },
  }
}

/** Our own list, apart from the one that is tested; a value that is not the same everywhere is `undefined`. */
export const fixedVariables: Readonly<Record<string, string | undefined>> = {
  PATH: undefined,
  HOME: undefined,
  XDG_CONFIG_HOME: undefined,
  GIT_CEILING_DIRECTORIES: undefined,
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  TERM: 'dumb',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GIT_ALLOW_PROTOCOL: undefined,
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_SSH_COMMAND: '/bin/false',
  GIT_SSH_VARIANT: 'ssh',
  GIT_PAGER: 'cat',
  GIT_EDITOR: '/bin/false',
  GIT_SEQUENCE_EDITOR: '/bin/false',
  GIT_MERGE_AUTOEDIT: 'no',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_TRACE_REDACT: '1',
  GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS: 'true',
}

/** Settings of every git. */
export const offEverywhere = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.alternateRefsCommand': 'exit 0 #',
  'core.useReplaceRefs': 'false',
  'credential.helper': '',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'gpg.program': '/bin/false',
}

/** Settings of every git that may use a transport. */
export const onEveryTransport = {
  'http.followRedirects': 'false',
  'http.proxy': '',
  'http.sslVerify': 'true',
  'init.templateDir': '',
  'safe.bareRepository': 'explicit',
  'transfer.bundleURI': 'false',
  'transfer.credentialsInUrl': 'die',
  'transfer.fsckObjects': 'true',
}
