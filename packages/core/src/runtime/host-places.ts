const none: readonly string[] = []

/** How many jobs go to each host at the same time. A job takes one place at each of its hosts, and all of them at once. */
export class HostPlaces {
  readonly #perHost: number
  readonly #taken = new Map<string, number>()
  readonly #listeners: (() => void)[] = []

  constructor(perHost: number) {
    this.#perHost = perHost
  }

  /** Called whenever places are given back, for each of the queues that share them. */
  onGivenBack(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Whether each of these hosts has a place left. At the hosts of `heldFor` one place counts as taken, unless the host
   * would then be idle.
   */
  hasRoom(hosts: readonly string[] = none, heldFor: readonly string[] = none): boolean {
    return hosts.every((host) => {
      const taken = this.#taken.get(host) ?? 0
      return taken === 0 || taken + (heldFor.includes(host) ? 1 : 0) < this.#perHost
    })
  }

  /** Takes a place at each; answers what gives them back, once. */
  take(hosts: readonly string[] = none): () => void {
    const once = new Set(hosts)
    for (const host of once) this.#taken.set(host, (this.#taken.get(host) ?? 0) + 1)
    return () => {
      for (const host of once) {
        const left = (this.#taken.get(host) ?? 0) - 1
        if (left > 0) this.#taken.set(host, left)
        else this.#taken.delete(host)
      }
      for (const listener of this.#listeners) listener()
    }
  }
}
