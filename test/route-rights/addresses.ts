import { createHmac } from 'node:crypto'
import { type Operation, operations } from '@gitferry/core/contract'
import {
  changeAt,
  type Endpoint,
  type EndpointChange,
  type EndpointName,
  type EndpointRight,
  endpointRights,
  endpoints,
} from '@gitferry/core/wire'
import { type PageAddress, pageAddresses } from '../../packages/server/src/pages/addresses.ts'
import { type Sent, webhookSecret } from './world.ts'

/** An address of the server, and how to ask there. */
export interface Address {
  readonly name: string
  readonly method: string
  readonly right: EndpointRight
  readonly change: EndpointChange | undefined
  /** Asks for what is there and would be done, if the caller may. */
  readonly effective: readonly [request: string, sent: Sent]
  /** Asks for what is not there, so that nothing comes of it when the caller may. */
  readonly idle: readonly [request: string, sent: Sent]
}

const names: Readonly<Record<string, string>> = {
  ...{ name: 'spare', branch: 'develop', tag: 'v1' },
  ...{ user_id: '1', key_id: '1', rule_id: '1' },
}
const nobody = '999999'

const filled = (path: string, id: string): string =>
  path.replace(/\{\+?(\w+)\}/g, (_, name: string) => (name === 'id' ? id : names[name]!))

function signed(body: string): Sent {
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex')
  return { body, headers: { 'X-Hub-Signature-256': `sha256=${signature}` } }
}

function endpointAddress(name: EndpointName): Address {
  const { method, path }: Endpoint = endpoints[name]
  const { body }: Operation = operations[name]
  const webhook = signed(JSON.stringify({ task_id: Number(nobody) }))
  const isWebhook = name === 'webhooks.taskSync'
  const example = body === undefined ? {} : { body: JSON.stringify(body.example) }
  return {
    name,
    method,
    right: endpointRights[name],
    change: changeAt(name),
    effective: [`${method} ${filled(path, '1')}`, isWebhook ? webhook : example],
    idle: [
      `${method} ${filled(path, nobody)}`,
      isWebhook ? webhook : body === undefined ? {} : { body: '{}' },
    ],
  }
}

function pageAddress(name: keyof typeof pageAddresses): Address {
  const { method, path, right }: PageAddress = pageAddresses[name]
  const request = [`${method} ${path.replace('{file}', 'initializer.js')}`, {}] as const
  return { name, method, right, change: undefined, effective: request, idle: request }
}

/** Every address that there is. */
export const addresses: readonly Address[] = [
  ...(Object.keys(endpoints) as EndpointName[]).map(endpointAddress),
  ...(Object.keys(pageAddresses) as (keyof typeof pageAddresses)[]).map(pageAddress),
]
