import { DingtalkRobot } from '../test/dingtalk-robot.ts'
import { type GitHttpServer, serveGit } from '../test/git-http-server.ts'
import { makeKey, type SshGitServer, serveGitOverSsh, type TestKey } from '../test/ssh-git-server.ts'

/** What stands around gitferry, all of it on this machine: a git server reached by ssh, one by http, a robot of a DingTalk group. */
export interface Neighbours extends AsyncDisposable {
  readonly sshServer: SshGitServer
  /** The fingerprint by which the ssh server is known. */
  readonly hostFingerprint: string
  /** What its administrator does with a public key: from now on its owner is let in. */
  authorize(key: { readonly public_key: string; readonly fingerprint: string }): void
  /** Serves the bare repositories of the demo through git’s own http-backend, which runs their hooks. */
  readonly httpServer: GitHttpServer
  /** It takes only messages that are signed with `robotSecret`. */
  readonly robot: DingtalkRobot
  readonly robotSecret: string
  /** All of them as `--allow-outgoing` wants them: addresses of this machine are refused otherwise. */
  readonly places: readonly string[]
}

export async function startNeighbours(root: string): Promise<Neighbours> {
  const hostKey = makeKey()
  const authorized: TestKey[] = []
  const robotSecret = 'SEC-of-the-demo'
  const sshServer = await serveGitOverSsh({ hostKey, authorized })
  const httpServer = await serveGit(root)
  const robot = await DingtalkRobot.start({ secret: robotSecret })
  return {
    sshServer,
    hostFingerprint: hostKey.fingerprint,
    authorize({ fingerprint, public_key }) {
      authorized.push({ public: public_key, private: '', fingerprint })
    },
    httpServer,
    robot,
    robotSecret,
    places: [`127.0.0.1:${sshServer.port}`, `127.0.0.1:${httpServer.port}`, robot.place],
    async [Symbol.asyncDispose]() {
      await sshServer.close()
      await httpServer.close()
      await robot.close()
    },
  }
}
