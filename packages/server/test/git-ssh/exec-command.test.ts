import { describe, expect, it } from 'vitest'
import { readExecCommand } from '../../src/git-ssh/exec-command.ts'

describe('the command of an ssh client', () => {
  it.each<[string, string, string, string]>([
    ["git-upload-pack '/group/name.git'", 'upload-pack', 'group', 'name'],
    ["git-upload-pack 'group/name.git'", 'upload-pack', 'group', 'name'],
    ["git upload-pack '/group/name.git'", 'upload-pack', 'group', 'name'],
    ["git-receive-pack 'group/name.git/'", 'receive-pack', 'group', 'name'],
    ["git-receive-pack 'group/two words.git'", 'receive-pack', 'group', 'two words'],
    ["git-receive-pack 'grüße/名前.git'", 'receive-pack', 'grüße', '名前'],
    // git quotes these outside of the quotes
    ["git-upload-pack 'group/it'\\''s'\\!'.git'", 'upload-pack', 'group', "it's!"],
    ["git-upload-pack 'group/a.b.git.git'", 'upload-pack', 'group', 'a.b.git'],
    // nothing has a meaning to a shell that is not there
    ["git-upload-pack 'group/$(reboot);`x`|&.git'", 'upload-pack', 'group', '$(reboot);`x`|&'],
    ["git-upload-pack '--upload-pack=x/y.git'", 'upload-pack', '--upload-pack=x', 'y'],
  ])('%s asks for the %s of %s/%s', (command, service, group, name) => {
    expect(readExecCommand(command)).toEqual({ service, group, name })
  })

  it.each<[string]>([
    [''],
    ['sh'],
    ['git'],
    ['git-upload-pack'],
    ['git-upload-pack '],
    ["git-shell -c 'x'"],
    ["GIT-UPLOAD-PACK 'group/name.git'"],
    [" git-upload-pack 'group/name.git'"],
    ["git  upload-pack 'group/name.git'"],
    ["git--upload-pack 'group/name.git'"],
    ["git-upload-pack'group/name.git'"],
    ["/usr/bin/git-upload-pack 'group/name.git'"],
    ["exec git-upload-pack 'group/name.git'"],
    ["env X=1 git-upload-pack 'group/name.git'"],
    ["git -c core.sshCommand=x upload-pack 'group/name.git'"],
    ["git-lfs-authenticate 'group/name.git' download"],
    ["git-upload-archive 'group/name.git'"],
    ['scp -t /'],
    ['rsync --server .'],
    // quoting
    ['git-upload-pack group/name.git'],
    ['git-upload-pack "group/name.git"'],
    ["git-upload-pack 'group/name.git"],
    ["git-upload-pack group/name.git'"],
    ["git-upload-pack 'group/name.git' 'x'"],
    ["git-upload-pack --strict 'group/name.git'"],
    ["git-upload-pack 'group/name.git'; reboot"],
    ["git-upload-pack 'group/name.git' && reboot"],
    ["git-upload-pack 'group/name.git'\nreboot"],
    ["git-upload-pack 'group/'name'.git'"],
    ["git-upload-pack 'group/name'\\x'.git'"],
    ["git-upload-pack 'group/name.git'\\'"],
    // addresses
    ["git-upload-pack ''"],
    ["git-upload-pack '/'"],
    ["git-upload-pack 'name.git'"],
    ["git-upload-pack '/group/.git'"],
    ["git-upload-pack '//name.git'"],
    ["git-upload-pack '//group/name.git'"],
    ["git-upload-pack 'group//name.git'"],
    ["git-upload-pack '../../etc/passwd'"],
    ["git-upload-pack '/etc/passwd/name.git'"],
    ["git-upload-pack '~/group/name.git'"],
    ["git-upload-pack 'group/name'"],
    ["git-upload-pack 'group/name.git//'"],
    ["git-upload-pack 'group/na\u0000me.git'"],
    ["git-upload-pack 'group/na\u001b[2Jme.git'"],
    ["git-upload-pack 'group/na\nme.git'"],
    [`git-upload-pack 'group/${'n'.repeat(4_096)}.git'`],
    [`git-upload-pack '${"'\\''".repeat(1_000)}`],
  ])('%j is refused, in words that quote nothing of it', (command) => {
    const read = readExecCommand(command)
    expect(read).toEqual({ problem: expect.stringMatching(/^[\w ,:/\-.']+$/) })
  })

  it('that would be an archive is told where to get one', () => {
    expect(readExecCommand("git-upload-archive 'group/name.git'")).toHaveProperty(
      'problem',
      expect.stringContaining('Ask the API'),
    )
  })
})
