import type { Delivery, DeliveryRow } from '../contract/index.ts'

/** A delivery as answers show it. */
export function toDelivery({ version: _, ...delivery }: DeliveryRow): Delivery {
  return delivery
}
