import type { GitStreamCommand } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import type { GitServiceName } from './git-service.ts'
import { protocolVersion } from './protocol-version.ts'

/**
 * How git is spoken with: `conversation`, both sides at the same time, as over SSH; `advertisement`, what a GET over HTTP
 * is answered; `request`, one POST of several.
 */
export type ServeMode = 'conversation' | 'advertisement' | 'request'

export interface ServeInput {
  readonly service: GitServiceName
  readonly mode: ServeMode
  /** Absolute path of the bare repository. */
  readonly path: string
  /** As the client asked for it. */
  readonly protocol?: string | null | undefined
  readonly settings: readonly GitSetting[]
  readonly env?: Readonly<Record<string, string>> | undefined
}

const modeOptions: Readonly<Record<ServeMode, readonly string[]>> = {
  conversation: [],
  advertisement: ['--stateless-rpc', '--http-backend-info-refs'],
  request: ['--stateless-rpc'],
}

/** Serves one repository: `git upload-pack`, `git receive-pack`. */
export function serve({ service, mode, path, protocol, settings, env }: ServeInput): GitStreamCommand {
  const version = protocolVersion(protocol)
  return {
    args: [
      service,
      // the folder itself, and none that git would try beside it
      ...(service === 'upload-pack' ? ['--strict'] : []),
      ...modeOptions[mode],
      '--end-of-options',
      path,
    ],
    settings,
    env: { ...env, ...(version === undefined ? {} : { GIT_PROTOCOL: version }) },
  }
}
