import type { CreateSyncTask } from '@gitferry/core/contract'
import type { ApiSubject } from '@gitferry/core/testing'
import type { Breaks, BreakTable } from './broken-api.ts'

/** Tasks that are created with other fields than were asked for. */
const creating =
  (change: (input: CreateSyncTask) => CreateSyncTask) =>
  ({ api }: ApiSubject): Breaks => ({ tasks: { create: (input) => api.sync.tasks.create(change(input)) } })

export const mirrorBreaks: BreakTable = {
  'a mirror that is said to leave tags': [
    'mirrors',
    'a mirror needs no branch, carries tags, and is named after its remotes',
    ({ api }) => ({
      tasks: { create: async (input) => ({ ...(await api.sync.tasks.create(input)), tags: false }) },
    }),
  ],
  'a mirror that leaves tags': [
    'mirrors',
    'a mirror carries every branch and tag, and is in step then',
    creating((input) => ({ ...input, tags: false })),
  ],
  'an exclude that is ignored': [
    'mirrors',
    'refs choose by glob, rename by refspec, and exclude is never touched',
    creating(({ exclude: _, ...input }) => input),
  ],
  'a prune that nobody asked for': [
    'mirrors',
    'what only the target has stays without prune, and goes with it',
    creating((input) => ({ ...input, prune: true, max_delete_percent: 100 })),
  ],
  'a conflict that holds up everything': [
    'mirrors',
    'one ref in conflict does not hold up the others: the run is partial',
    creating((input) => ({ ...input, atomic: true })),
  ],
  'an atomic that is ignored': [
    'mirrors',
    'an atomic mirror moves nothing when one ref cannot',
    creating(({ atomic: _, ...input }) => input),
  ],
  'a tag that is moved': [
    'mirrors',
    'a tag that points elsewhere at the target is a conflict, never moved forward',
    creating((input) => ({ ...input, on_diverge: 'overwrite' })),
  ],
  'a worktree that is moved along': [
    'mirrors',
    'a mirror into the repository itself leaves a branch that is checked out',
    ({ api, sandbox }) => ({
      tasks: {
        run: async (id, query) => {
          const run = await api.sync.tasks.run(id, query)
          sandbox.git(sandbox.clonePath, 'pull', '--quiet', '--ff-only', sandbox.originPath, 'main')
          return run
        },
      },
    }),
  ],
  'a HEAD that stays where it is': [
    'mirrors',
    'HEAD follows where the target is bare and here, and is refused elsewhere',
    ({ api, sandbox }) => ({
      tasks: {
        run: async (id, query) => {
          const run = await api.sync.tasks.run(id, query)
          sandbox.git(sandbox.secondBarePath, 'symbolic-ref', 'HEAD', 'refs/heads/main')
          return run
        },
      },
    }),
  ],
  'a refspec that is read generously': [
    'mirrors',
    'what refs and exclude cannot say is refused, and the field is named',
    creating(({ refs, ...input }) => ({
      ...input,
      ...(refs && { refs: refs.map((ref) => ref.replace(/^\+/, '')) }),
    })),
  ],
}
