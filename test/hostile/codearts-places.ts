import { codeArtsReading } from './codearts-reading.ts'
import {
  byUuid,
  type CodeArtsPlaces,
  dropRef,
  dropRepos,
  handedOn,
  left,
  makes,
  newRepository,
  ofContents,
  ofHosted,
} from './codearts-requests.ts'
import { is } from './places.ts'
import { commitActions, someHostKey } from './requests.ts'
import type { Stage } from './stage.ts'

/** By the method and the first path of an operation. */
export const codeArtsPlaces: Readonly<Record<string, CodeArtsPlaces>> = {
  ...codeArtsReading,
  'POST /v2/projects/repositories/fork': {
    request: newRepository,
    places: { ...makes, 'body.external_project_info.*': left },
  },
  'POST /v2/projects/{project_uuid}/repositories/fork': {
    request: newRepository,
    places: {
      'body.project_name': left,
      'body.repo_name': is('projectName'),
      'body.external_project_info.*': left,
    },
  },
  'POST /v2/projects/repositories': {
    request: newRepository,
    places: { ...makes, 'body.external_project_info.*': left },
  },
  'POST /v1/repositories': {
    request: (ids) => {
      const { body } = newRepository(ids)
      return { body: { name: body.name, project_uuid: body.project_uuid } }
    },
    places: {
      'body.name': is('projectName'),
      'body.description': is('line'),
      'body.import_url': is('encodedUrl'),
      'body.gitignore_id': left,
      'body.caller': left,
    },
    undo: dropRepos,
  },
  'DELETE /v1/repositories/{repository_uuid}': { request: byUuid, places: {} },
  'POST /v1/repositories/{repository_uuid}/members': {
    request: (ids) => ({ ...byUuid(ids), body: { users: [{ id: '1', name: 'caller', role: 30 }] } }),
    places: { 'body.users[].name': left },
  },
  'PUT /v1/repositories/{repository_uuid}/members/{member_id}': {
    request: ({ hostedUuid }) => ({
      path: { repository_uuid: hostedUuid, member_id: '1' },
      body: { role: 30 },
    }),
    places: {},
  },
  'DELETE /v1/repositories/{repository_uuid}/members/{member_id}': {
    request: ({ hostedUuid }) => ({ path: { repository_uuid: hostedUuid, member_id: '1' } }),
    places: {},
  },
  'POST /v1/users/sshkey': {
    request: () => ({ body: { title: 'added', key: someHostKey } }),
    places: { 'body.key': is('publicKey'), 'body.title': is('line') },
    undo: async ({ gitferry, ids }) => {
      const user = (await gitferry.users.list()).items?.find(({ id }) => id === ids.user)
      const own = gitferry as unknown as { as(who: { user: string }): Stage['gitferry'] }
      const keys = own.as({ user: user?.name ?? '' }).publicKeys
      for await (const { id } of keys.all()) await keys.delete(id)
    },
  },
  'DELETE /v1/users/sshkey/{id}': { request: () => ({ path: { id: '1' } }), places: {} },
  'POST /v1/users/sshkey/privatekey/verify': {
    request: ({ hostedUuid }) => ({ body: { repository_uuid: hostedUuid, private_key: 'none' } }),
    places: { 'body.private_key': is('sshKey') },
  },
  'POST /v2/repositories/{repository_id}/deploy-keys': {
    request: (ids) => ({
      ...ofHosted(ids),
      body: { application: '', can_push: false, key: someHostKey, key_title: 'added' },
    }),
    places: {
      'body.application': is('line'),
      'body.key': is('publicKey'),
      'body.key_title': is('line'),
    },
    undo: async ({ gitferry, ids }) => {
      for (const { id } of (await gitferry.deployKeys.list(ids.hosted)).items) {
        await gitferry.deployKeys.delete(ids.hosted, id)
      }
    },
  },
  'DELETE /v2/repositories/{repository_id}/deploy-keys/{key_id}': {
    request: ({ id }) => ({ path: { repository_id: id('hosted'), key_id: '1' } }),
    places: {},
  },
  'POST /v2/repositories/{repository_id}/branches': {
    request: ({ id }, place) => ({
      path: { repository_id: id(place === 'body.branch_name' ? 'fresh' : 'hosted') },
      body: { branch_name: 'from-elsewhere', ref: 'main' },
    }),
    places: { 'body.branch_name': is('refName'), 'body.ref': is('revision') },
    undo: dropRef('heads', 'branch_name'),
  },
  'POST /v2/repositories/{repository_id}/tags': {
    request: ({ id }, place) => ({
      path: { repository_id: id(place === 'body.tag_name' ? 'fresh' : 'hosted') },
      body: { tag_name: 'new-tag', ref: 'main' },
    }),
    places: {
      'body.tag_name': is('refName'),
      'body.ref': is('revision'),
      'body.message': handedOn,
    },
    undo: dropRef('tags', 'tag_name'),
  },
  'PUT /v2/repositories/{repository_id}/branch/{+branch_name}/protect': {
    request: (ids) => ({
      ...ofHosted(ids),
      body: { access_level: { push_access_level: 30, merge_access_level: 30 } },
    }),
    places: { 'path.branch_name': is('revision') },
  },
  'DELETE /v2/repositories/{repository_id}/protected-branches/{+branch_name}': {
    request: ofContents,
    places: { 'path.branch_name': is('unknown') },
  },
  'DELETE /v2/repositories/{repository_id}/protected-branches': {
    request: (ids) => ({ ...ofContents(ids), body: { names: ['none'] } }),
    places: { 'body.names[]': is('unknown', { at: 'body.names.0' }) },
  },
  'POST /v2/repositories/{repository_id}/protected-tags': {
    request: ofHosted,
    places: { 'body.name': is('ruleName') },
  },
  'DELETE /v2/repositories/{repository_id}/protected-tags/{+name}': {
    request: ofContents,
    places: { 'path.name': is('unknown') },
  },
  'POST /v1/repositories/{repository_id}/statistics': {
    request: ofHosted,
    places: { 'body.branch_name': is('revision') },
  },
  'POST /v2/projects/{repo_id}/repository/commits': {
    request: ({ id }, place) => {
      const { body } = commitActions(place)
      const [{ path: file_path, ...action }] = body.actions
      return {
        path: { repo_id: id(place === 'body.branch' ? 'fresh' : 'hosted') },
        body: {
          branch: body.branch,
          start_branch: body.start_branch,
          commit_message: body.message,
          actions: [{ ...action, file_path }],
        },
      }
    },
    places: {
      'body.branch': is('refName'),
      'body.start_branch': is('refName'),
      'body.commit_message': handedOn,
      'body.author_name': handedOn,
      'body.author_email': handedOn,
      'body.actions[].file_path': is('newFile', { at: 'body.actions.0.file_path' }),
      'body.actions[].previous_path': is('movedFile', { at: 'body.actions.0.previous_path' }),
      'body.actions[].content': handedOn,
      'body.actions[].last_commit_id': is('word', { at: 'body.actions.0.last_commit_id' }),
    },
    undo: dropRef('heads', 'branch'),
  },
}
