import { dirname } from 'node:path'

/**
 * The whole environment of every git process but its settings and `GIT_ALLOW_PROTOCOL`: nothing is taken over
 * from our own process. No prompt, no pager, no editor, no system or user config, stable English messages.
 */
export function fixedEnvironment(git: string, home: string): Readonly<Record<string, string>> {
  return {
    PATH: [...new Set([dirname(git), '/usr/bin', '/bin'])].join(':'),
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    TERM: 'dumb',
    // A command without --git-dir must not find a repository above its working directory.
    GIT_CEILING_DIRECTORIES: dirname(home),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Empty, so that nobody is started to be asked: a program would inherit the credential that git was given.
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
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
}

const neverAdded =
  /^(?:GIT_(?:DIR|COMMON_DIR|WORK_TREE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|EXEC_PATH|TEMPLATE_DIR|EXTERNAL_DIFF|PROXY_COMMAND|SSL_NO_VERIFY|TRACE(?!2_EVENT$).*|CURL_VERBOSE|CONFIG.*|ALLOW_PROTOCOL|SSH)|EDITOR|VISUAL|PAGER|LD_.*|DYLD_.*|NODE_OPTIONS|.*_proxy)$/i

/** Whether a command may add the variable `name`: neither fixed above nor able to undo what is. */
export const mayBeAdded = (name: string, fixed: Readonly<Record<string, string>>): boolean =>
  /^[A-Z][A-Z0-9_]*$/.test(name) && !Object.hasOwn(fixed, name) && !neverAdded.test(name)
