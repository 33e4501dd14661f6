import type { GitferryApi, MembersApi } from '@gitferry/core/contract'
import type { ApiSubject } from '@gitferry/core/testing'
import { type Breaks, type BreakTable, broken } from './broken-api.ts'

/** Breaks the interface of whoever signs in, too. */
const forEverybody = (
  { signedIn }: Pick<ApiSubject, 'signedIn'>,
  breaksOf: (api: GitferryApi) => Breaks,
): Breaks => ({
  signedIn: async (token) => {
    const api = await signedIn(token)
    return broken(api, breaksOf(api))
  },
})

/** The members of projects, some methods replaced. */
const ofProjects = ({ projects }: GitferryApi, breaks: Partial<MembersApi>): Breaks => {
  const { members } = projects
  const own: MembersApi = {
    list: (...given) => members.list(...given),
    all: (...given) => members.all(...given),
    set: (...given) => members.set(...given),
    delete: (...given) => members.delete(...given),
  }
  return { projects: { members: { ...own, ...breaks } } }
}

export const projectBreaks: BreakTable = {
  'a project whose maker only looks on': [
    'projects',
    'whoever makes a project is its admin, and finds it as it was answered',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, ({ projects }) => ({
        projects: {
          create: async (input) => {
            const project = await projects.create(input)
            if (project.creator_id !== null) {
              await api.projects.members.set(project.id, project.creator_id, { role: 20 })
            }
            return project
          },
        },
      })),
  ],
  'projects that differ in case': [
    'projects',
    'a project has a name of its own in any case, and one that an address can begin with',
    ({ api }) => ({
      projects: {
        create: (input) =>
          api.projects.create(input).catch((error: unknown) => {
            if (input.name !== 'sHOP') throw error
            return api.projects.create({ ...input, name: 'sHOP2' })
          }),
      },
    }),
  ],
  'a member who sees every project': [
    'projects',
    'a caller sees the projects that they have to do with, and whose scope reads everything sees every one',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, () => ({ projects: { list: (query) => api.projects.list(query) } })),
  ],
  'a project that takes its repositories along': [
    'projects',
    'a project is deleted by an admin, once it holds no repository',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, ({ projects, repos }) => ({
        projects: {
          delete: async (id) => {
            for (const repo of (await api.repos.list()).items) {
              if (repo.project_id === id) await repos.delete(repo.id)
            }
            return projects.delete(id)
          },
        },
      })),
  ],
  'a project that is deleted twice': [
    'projects',
    'making and deleting a project leave one entry each, also when they are refused',
    ({ api }) => ({
      projects: {
        delete: async (id) => {
          const deleted = await api.projects.delete(id)
          await api.projects.delete(id).catch(() => undefined)
          return deleted
        },
      },
    }),
  ],
  'a repository that forgets its project': [
    'projects',
    'a repository stands in the project that it is created in, where its name is its own',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, () => ({
        repos: { create: ({ project_id: _, ...input }) => api.repos.create(input) },
      })),
  ],
  'a viewer who creates repositories': [
    'projects',
    'where a repository may be created is a matter of the role, or of the scope',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, () => ({ repos: { create: (input) => api.repos.create(input) } })),
  ],
  'members of a repository whose changes are forgotten': [
    'members',
    'a repository has each user as a member once, with one role',
    ({ api }) => ({
      members: {
        set: async (id, user, { role }) => {
          const { items } = await api.members.list(id)
          const before = items.find(({ user_id }) => user_id === user)
          return before ? { ...before, role } : api.members.set(id, user, { role })
        },
      },
    }),
  ],
  'members of a project who are counted before they are looked for': [
    'members',
    'the members of a project are found by a piece of their name, and counted before they are paged',
    ({ api }) =>
      ofProjects(api, {
        list: async (id, query) => ({
          ...(await api.projects.members.list(id, query)),
          total: (await api.projects.members.list(id)).total,
        }),
      }),
  ],
  'a role that is read generously': [
    'members',
    'what cannot be of the members of a repository is refused, and changes nothing',
    ({ api }) => ({
      members: {
        set: (id, user, input) => api.members.set(id, user, { role: Number(input.role) as 40 }),
      },
    }),
  ],
  'a developer who chooses the members': [
    'members',
    'the members of a repository are for its admins to choose; whoever wants to leave may',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, () => ({ members: { set: (...given) => api.members.set(...given) } })),
  ],
  'a project that loses its last admin': [
    'members',
    'the last admin of a project stays one, unless whoever may do everything decides otherwise',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, (own) =>
        ofProjects(own, { set: (...given) => api.projects.members.set(...given) }),
      ),
  ],
  'a user who is gone and still a member': [
    'members',
    'a user who is deleted is a member of a repository no more',
    () => ({ users: { delete: async (id) => ({ id, deleted: true }) } }),
  ],
  'members who are changed twice': [
    'members',
    'a change of the members of a project leaves one entry, also when it is refused',
    ({ api }) =>
      ofProjects(api, {
        set: async (...given) => {
          const member = await api.projects.members.set(...given)
          await api.projects.members.set(...given)
          return member
        },
      }),
  ],
  'members that are not imported': [
    'members',
    'a repository is created with its creator for an admin, and if asked with the members of its project',
    ({ signedIn }) =>
      forEverybody({ signedIn }, ({ repos }) => ({
        repos: { create: ({ import_members: _, ...input }) => repos.create(input) },
      })),
  ],
  'repositories that everybody finds': [
    'members',
    'a member finds the repositories in which they have a role, page by page, and no other',
    ({ api, signedIn }) =>
      forEverybody({ signedIn }, () => ({ repos: { list: (query) => api.repos.list(query) } })),
  ],
  'a member who chooses the keys': [
    'members',
    'a repository is changed and deleted by its admins, who choose no keys of others for it',
    ({ signedIn }) =>
      forEverybody({ signedIn }, ({ repos }) => ({
        repos: {
          update: async (id, { ssh_key_id: _, credential_id: __, ...input }) => repos.update(id, input),
        },
      })),
  ],
}
