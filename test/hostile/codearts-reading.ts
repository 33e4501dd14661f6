import {
  byUuid,
  type CodeArtsPlaces,
  handedOn,
  inProject,
  ofHosted,
  search,
  taken,
} from './codearts-requests.ts'
import { is, none } from './places.ts'

/** What only reads, by the method and the first path of an operation. */
export const codeArtsReading: Readonly<Record<string, CodeArtsPlaces>> = {
  'GET /v1/repositories/repoid': {
    request: () => ({ query: { group_name: 'local', repository_name: 'hosted' } }),
    places: { 'query.group_name': is('unknown'), 'query.repository_name': is('unknown') },
  },
  'GET /v2/repositories/{repository_uuid}': { request: byUuid, places: {} },
  'GET /v1/repositories/{repository_uuid}': { request: byUuid, places: {} },
  'GET /v2/projects/repositories': { request: () => ({}), places: search },
  'GET /v2/projects/{project_uuid}/repositories': { request: inProject, places: search },
  'GET /v1/projects/{project_uuid}/repositories': { request: inProject, places: search },
  'GET /v1/projects/{project_uuid}/repositories/validation/{repository_name}': {
    request: inProject,
    places: {
      'path.repository_name': is('unknown', {
        differs: {
          ref: ['taken', 'the answer is that there is none'],
          file_path: ['taken', 'the answer is that there is none'],
          'ref-048': ['refused', 'an empty name is another address'],
          'file_path-021': ['refused', 'an empty name is another address'],
          'ref-070': ['refused', 'it is too long'],
        },
      }),
    },
  },
  'GET /v1/repositories/{repository_uuid}/status': { request: byUuid, places: {} },
  'GET /v1/repositories/{repository_uuid}/master': { request: byUuid, places: {} },
  'GET /v1/repositories/{repository_uuid}/members': {
    request: byUuid,
    places: { 'query.subject': is('ignored') },
  },
  'GET /v1/users/sshkey': { request: () => ({}), places: {} },
  'GET /v1/repositories/{repository_uuid}/branch/{+branch_name}/file': {
    request: ({ hostedUuid }) => ({
      path: { repository_uuid: hostedUuid, branch_name: 'main' },
      query: { path: 'readme' },
    }),
    places: { 'path.branch_name': is('revision'), 'query.path': is('file') },
  },
  'GET /v1/repositories/{repository_uuid}/branch/{+branch_name}/sub-files': {
    request: ({ hostedUuid }) => ({ path: { repository_uuid: hostedUuid, branch_name: 'folders' } }),
    places: { 'path.branch_name': is('revision'), 'query.path': is('directory') },
  },
  'GET /v2/projects/{repo_id}/repository/files/{+file_path}': {
    request: ({ id }) => ({ path: { repo_id: id('hosted'), file_path: 'readme' }, query: { ref: 'main' } }),
    places: { 'path.file_path': is('file'), 'query.ref': is('revision') },
  },
  'GET /v1/repositories/{repository_id}/branches': { request: ofHosted, places: {} },
  'GET /v2/repositories/{repository_id}/branches': {
    request: ofHosted,
    places: { 'query.match': is('ignored') },
  },
  'GET /v2/repositories/{repository_id}/tags': { request: ofHosted, places: {} },
  'GET /v1/repositories/{repository_uuid}/statistic-data': { request: byUuid, places: {} },
  'GET /v1/repositories/{repository_id}/statistics': {
    request: ofHosted,
    places: { 'query.branch_name': is('revision') },
  },
  'GET /v2/repositories/{repository_uuid}/archive': {
    request: (ids) => ({ ...byUuid(ids), query: { format: 'tar' } }),
    places: { 'query.sha': is('revision') },
  },
  'GET /v1/repositories/{repository_id}/commits': {
    request: (ids) => ({ ...ofHosted(ids), query: { ref_name: 'main' } }),
    places: {
      'query.ref_name': is('revision'),
      'query.author': handedOn,
      'query.begin_date': is('word'),
      'query.end_date': is('word'),
      'query.message': handedOn,
      'query.path': is('pathOfCommits'),
    },
  },
  'GET /v1/repositories/{group_name}/{repository_name}/commits': {
    request: () => ({
      path: { group_name: 'local', repository_name: 'hosted' },
      query: { ref_name: 'main' },
    }),
    places: {
      'path.group_name': is('unknown'),
      'path.repository_name': is('unknown'),
      'path.repository_path': none('both parts of it are tried'),
      'query.ref_name': is('revision'),
    },
  },
  'GET /v2/projects/{repo_id}/repository/commits': {
    request: ({ id }) => ({ path: { repo_id: id('hosted') } }),
    places: {
      'query.ref_name': is('optionalRef'),
      'query.since': is('word'),
      'query.until': is('word'),
      'query.path': is('pathOfCommits', taken),
    },
  },
}
