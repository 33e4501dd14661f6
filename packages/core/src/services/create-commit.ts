import {
  type CallOptions,
  type CreateCommit,
  type CreatedCommit,
  createCommit as createCommitInput,
  system,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import type { Signature } from '../git/commands/commit-tree.ts'
import { type WrittenCommit, writeCommit } from '../git/content/write-commit.ts'
import { messageText } from '../git/message-text.ts'
import { nobodysEmail, personName } from '../git/person-name.ts'
import { headRefusal } from '../protection/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { changeRepo } from './change-repo.ts'
import { commitSteps } from './commit-steps.ts'
import type { ServiceContext } from './context.ts'
import { callersRules, refuseProtected } from './protected-refs.ts'
import { toWrite } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

/** The longest message that is answered; the whole one is in git. */
const shownMessage = 65_536

/** Makes a commit on a branch of a repository: see `ContentApi.createCommit`. */
export async function createCommit(
  repoId: number,
  input: CreateCommit,
  context: ServiceContext,
  { signal }: CallOptions = {},
): Promise<CreatedCommit> {
  const { events, runner, settings } = context
  throwIfAborted(signal)
  const subject = { type: 'commit', object_type: 'branch', repoId, needs: toWrite } as const
  const { branch, old_oid, isCurrent, commit, hosted } = await changeRepo(
    context,
    subject,
    async (repo, draft) => {
      const { branch, start_branch = null, force = false, ...given } = parseInput(createCommitInput, input)
      const actions = commitSteps(given.actions)
      draft.note({ details: { branch, ...(start_branch !== null && { start_branch, force }) } })
      draft.note({ details: { actions: actions.length } })
      const rules = await callersRules(repo, context)
      const committer = callerAs(context)
      const author = authorOf(given, committer)
      const message = messageText(given.message)
      let old_oid: string | null = null
      const written = await writeCommit(
        { branch, startBranch: start_branch, force, actions, message, author, committer },
        {
          repo,
          runner,
          signal,
          repoRoots: rootsOf(repo, settings),
          dataDir: settings.dataDir,
          authorize({ ref, old, isForced }) {
            old_oid = old
            const does = old === null ? 'create' : isForced ? 'force' : 'update'
            refuseProtected({ ref, does }, rules)
          },
          mayLeave: (head) => headRefusal(head, rules) === undefined,
          onBegin: () => draft.begin(),
        },
      )
      draft.note({ details: { commit: written.oid, old_oid } })
      await context.storage.transaction(async (session) => {
        const updated_at = new Date(context.clock.now()).toISOString()
        await session
          .collection('repos')
          .update(repo.id, { updated_at, ...(written.movedHead && { default_branch: branch }) })
        await draft.write(session)
      })
      return {
        branch,
        old_oid,
        isCurrent: written.isCurrent,
        hosted: repo.is_hosted ? repo : undefined,
        commit: toCommit(written, { author, committer, message }),
      }
    },
  )
  if (hosted) context.afterPush.tidy(hosted)
  if (old_oid === null) {
    const created = { name: branch, type: 'local', is_current: isCurrent, last_commit: commit.oid } as const
    events.emit('branch.created', { repo_id: repoId, branch: created })
  } else events.emit('branch.updated', { repo_id: repoId, name: branch, old_oid, new_oid: commit.oid })
  return commit
}

function callerAs({ clock, principal }: ServiceContext): Signature {
  return {
    name: personName(principal.user === system.user ? 'gitferry' : principal.user),
    email: nobodysEmail,
    seconds: Math.floor(clock.now() / 1_000),
  }
}

const authorOf = (
  { author_name, author_email }: Pick<CreateCommit, 'author_name' | 'author_email'>,
  committer: Signature,
): Signature => ({
  name: author_name == null ? committer.name : personName(author_name),
  email: author_email == null ? committer.email : personName(author_email, nobodysEmail),
  seconds: committer.seconds,
})

const isoTime = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')

/** The commit as git would show it: what it was made of is what it says. */
const toCommit = (
  { oid, parents, additions, deletions }: WrittenCommit,
  { author, committer, message }: { author: Signature; committer: Signature; message: string },
): CreatedCommit => ({
  oid,
  parents: [...parents],
  message: message.trimEnd().slice(0, shownMessage),
  author_name: author.name,
  author_email: author.email,
  authored_at: isoTime(author.seconds),
  committer_name: committer.name,
  committer_email: committer.email,
  committed_at: isoTime(committer.seconds),
  additions,
  deletions,
})
