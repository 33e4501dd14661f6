import { createTag, deletedTag, tag, tagQuery } from '../tag.ts'
import { localGitErrors } from './common-errors.ts'
import { exampleTag } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf, slashedName } from './path-parameters.ts'

const ofRepo = idOf('repository')
const named = { ...ofRepo, tag: slashedName('The tag’s name') }

export const tagOperations = {
  name: 'tags',
  description: 'Tags of a registered repository.',
  operations: {
    'tags.list': {
      summary: 'List a repository’s tags',
      path: ofRepo,
      query: tagQuery,
      answer: answers(tag, exampleTag),
      errors: [...localGitErrors, 'REPO_NOT_FOUND', 'ROLE_MISSING'],
    },
    'tags.get': {
      summary: 'Show a tag',
      path: named,
      answer: answers(tag, exampleTag),
      errors: [...localGitErrors, 'REPO_NOT_FOUND', 'ROLE_MISSING', 'REF_INVALID', 'TAG_NOT_FOUND'],
    },
    'tags.create': {
      summary: 'Create a tag',
      description:
        '`ref` is a branch, a remote branch, a tag or a full object name; without it, what HEAD points at. A `message` makes an annotated tag.',
      path: ofRepo,
      body: sends(createTag, { name: 'v1.0.0', ref: 'main', message: 'The first release' }),
      answer: answers(tag, exampleTag),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_PROTECTED',
        'REF_INVALID',
        'BRANCH_NOT_FOUND',
        'TAG_EXISTS',
        'CONFLICT',
      ],
    },
    'tags.delete': {
      summary: 'Delete a tag',
      path: named,
      answer: answers(deletedTag, { name: 'v1.0.0', deleted: true }),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_PROTECTED',
        'REF_INVALID',
        'TAG_NOT_FOUND',
        'CONFLICT',
      ],
    },
  },
} as const satisfies OperationGroup
