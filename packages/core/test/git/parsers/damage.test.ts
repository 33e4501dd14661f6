import { expect, it } from 'vitest'
import { classifyFailure } from '../../../src/git/parsers/failure.ts'

const oid = '82474cae52d281fa37f1598d277195a6c984e589'
const pack = 's/objects/pack/pack-b28fb5270d56865ed1758cdfc8e9cff8044fbc37'

/** What git 2.39 prints in a repository that was damaged on purpose (test/git/store-healing.test.ts does it again). */
it.each([
  ['a pack cut off', `error: packfile ${pack}.pack does not match index\nfatal: bad object ${oid}`],
  ['an empty pack', `error: file ${pack}.pack is far too short to be a packfile\nfatal: bad object ${oid}`],
  ['bytes turned in a pack', `error: inflate: data stream error (invalid code lengths set)`],
  ['an object turned in a pack', `fatal: packed object ${oid} (stored in ${pack}.pack) is corrupt`],
  ['an index turned', `error: non-monotonic index ${pack}.idx\nfatal: bad revision '${oid}^{commit}'`],
  ['an index cut off', `error: index file ${pack}.idx is too small\nfatal: bad revision '${oid}^{commit}'`],
  ['names turned in an index', `error: Could not read ${oid}\nfatal: did not receive expected object ${oid}`],
  ['an empty loose object', 'error: object file s/objects/82/474c is empty'],
  ['a loose object turned', `error: unable to unpack ${oid} header`],
  ['a commit lost', `error: Could not read ${oid}\nfatal: Failed to traverse parents of commit ${oid}`],
  ['a tree lost to a turned commit-graph', `fatal: bad tree object ${oid}`],
  ['packed refs turned', 'fatal: unexpected line in s/packed-refs: garbage line here'],
  ['packed refs cut off', 'fatal: unterminated line in s/packed-refs: 56fc29bc1ecdea'],
  ['HEAD, refs or objects lost', "fatal: not a git repository: 's'"],
  ['a configuration turned', 'fatal: bad config line 1 in file s/config'],
  [
    'a ref that names nothing',
    'fatal: bad object refs/remotes/o/heads/main\nerror: src did not send all necessary objects',
  ],
])('git’s words for %s are those of damage', (_, stderr) => {
  expect(classifyFailure({ verb: 'fetch', exitCode: 128, stderr })).toMatchObject({
    code: 'GIT_FAILED',
    details: { reason: 'corrupt' },
  })
})

it.each([
  [`fatal: bad object ${oid}`],
  [`fatal: bad revision '${oid}^{commit}...${oid}^{commit}'`],
  [`fatal: git upload-pack: not our ref ${oid}`],
  [`error: src did not send all necessary objects`],
  ['fatal: Could not read from remote repository.'],
  [`remote: error: object file x is empty\nfatal: the remote end hung up unexpectedly`],
])('%s tells of no damage here', (stderr) => {
  const error = classifyFailure({ verb: 'fetch', exitCode: 128, stderr })
  expect(error.details.reason).not.toBe('corrupt')
})
