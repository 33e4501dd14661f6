import type { Repo } from '@gitferry/core/contract'

/** Where this server is reached, as its answers say it. */
export interface PublicPlace {
  /** Without a slash at the end: `https://git.example.org`. */
  readonly publicUrl: string
  /** Where git is served over SSH; absent: it is not. */
  readonly ssh?: { readonly host: string; readonly port: number } | undefined
  /** What the CodeArts routes stand under: `/codearts`, or nothing. */
  readonly prefix: string
}

type Addressed = Pick<Repo, 'group_name' | 'name' | 'is_hosted'>

/** The URLs of repositories. One that gitferry does not host is not served to git, so it has none to clone. Pure. */
export class PublicUrls {
  readonly #place: PublicPlace

  constructor(place: PublicPlace) {
    this.#place = place
  }

  https(repo: Addressed): string | null {
    return repo.is_hosted ? `${this.#place.publicUrl}/${pathOf(repo)}` : null
  }

  /** The short form where the port is ssh’s own, as git takes it. */
  ssh(repo: Addressed): string | null {
    const { ssh } = this.#place
    if (!ssh || !repo.is_hosted) return null
    const host = ssh.host.includes(':') ? `[${ssh.host}]` : ssh.host
    // what follows the colon is a path, which git decodes in a URL alone
    if (ssh.port === 22) return `git@${host}:${repo.group_name}/${repo.name}.git`
    return `ssh://git@${host}:${ssh.port}/${pathOf(repo)}`
  }

  /** Of the vendor’s form; there are no such pages here. */
  web({ id }: Pick<Repo, 'id'>): string {
    return `${this.#place.publicUrl}/codehub/${id}/home`
  }

  /** Answers to whoever shows a credential, as every address does. */
  archive(uuid: string, revision: string): string {
    const query = new URLSearchParams({ sha: revision, format: 'zip' })
    return `${this.#place.publicUrl}${this.#place.prefix}/v2/repositories/${uuid}/archive?${query}`
  }
}

const pathOf = ({ group_name, name }: Addressed): string =>
  `${encodeURIComponent(group_name)}/${encodeURIComponent(name)}.git`
