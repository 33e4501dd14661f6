import type { DropArgument, Server } from 'node:net'
import { networkOf } from '@gitferry/core'
import type { Logger } from '@gitferry/core/ports'
import { isLoopback, plainAddress } from './address.ts'
import { Paced } from './paced.ts'

export interface ShareOptions {
  /** Connections at the same time, of everybody. */
  readonly maxConnections: number
  readonly logger: Logger
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/**
 * Closes connections beyond a number, and beyond half of it those of one address (of IPv6: one /64, all of which one
 * machine has), so that nobody alone can take every connection. This machine may have all: a reverse proxy in front is
 * one address. What is closed so is logged, once a minute for each address.
 */
export function shareConnections(server: Server, { logger, maxConnections, now }: ShareOptions): void {
  const share = Math.ceil(maxConnections / 2)
  const open = new Map<string, number>()
  const paced = new Paced(now)
  const log = (key: string, message: string, fields: Readonly<Record<string, unknown>>) => {
    const held = paced.pass(key)
    if (held !== undefined) logger.warn(message, { ...fields, not_logged_since: held })
  }

  server.maxConnections = maxConnections
  server.on('drop', (dropped?: DropArgument) => {
    log('', 'a connection was closed: there are as many as may be (--max-connections)', {
      ip: dropped?.remoteAddress === undefined ? null : plainAddress(dropped.remoteAddress),
      connections: maxConnections,
    })
  })
  server.on('connection', (socket) => {
    const address = plainAddress(socket.remoteAddress ?? '')
    if (isLoopback(address)) return
    const network = networkOf(address.replace(/%.*$/s, ''))
    const held = (open.get(network) ?? 0) + 1
    if (held > share) {
      socket.destroy()
      log(network, 'a connection was closed: its address has its share of them (--max-connections)', {
        ip: address,
        connections: share,
      })
      return
    }
    open.set(network, held)
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1
      if (left > 0) open.set(network, left)
      else open.delete(network)
    })
  })
}
