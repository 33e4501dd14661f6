import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plant, type TrapPlaces, write } from './trap.ts'

/** What takes the place of a part of the repository after it was registered. */
export const laterTraps: Readonly<Record<string, Plant>> = {
  'a link for refs/tags': replaced('refs/tags', (place, { canary }) =>
    symlinkSync(join(canary, 'repo.git/refs/tags'), place),
  ),
  'a link for refs/heads': replaced('refs/heads', (place, { canary }) =>
    symlinkSync(join(canary, 'repo.git/refs/heads'), place),
  ),
  'a link for objects': replaced('objects', (place, { canary }) =>
    symlinkSync(join(canary, 'repo.git/objects'), place),
  ),
  'a link for the logs': replaced('logs', (place, { canary }) => symlinkSync(canary, place)),
  'a link for the configuration': replaced('config', (place, { canary }) =>
    symlinkSync(join(canary, 'repo.git/config'), place),
  ),
  'a link for .git': replaced('', (place, { canary }) => symlinkSync(join(canary, 'repo.git'), place)),
  'a .git file that names another repository': replaced('', (place, { canary }) =>
    writeFileSync(place, `gitdir: ${join(canary, 'repo.git')}\n`),
  ),
  'a commondir that names another repository': (path, { canary }) =>
    write(join(path, '.git/commondir'), `${join(canary, 'repo.git')}\n`),
  'objects borrowed from elsewhere': (path, { canary }) =>
    write(join(path, '.git/objects/info/alternates'), `${join(canary, 'repo.git/objects')}\n`),
  'a pipe for HEAD': replaced('HEAD', pipe),
  'a pipe for the configuration': replaced('config', pipe),
  'a pipe for packed-refs': replaced('packed-refs', pipe),
  'a pipe for the index': replaced('index', pipe),
  'a link for the folder itself': (path, { canary }) => {
    renameSync(path, `${path}-before`)
    symlinkSync(canary, path)
  },
}

function pipe(place: string): void {
  execFileSync('mkfifo', [place], { env: { PATH: '/usr/bin:/bin' } })
}

function replaced(part: string, put: (place: string, places: TrapPlaces) => void): Plant {
  return (path, places) => {
    const place = join(path, '.git', part)
    rmSync(place, { recursive: true, force: true })
    put(place, places)
  }
}
