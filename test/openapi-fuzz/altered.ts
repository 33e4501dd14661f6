import type { Gitferry } from '@gitferry/core'

/** What is put in the place of some methods, by service. */
export type Alteration = (gitferry: Gitferry) => Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A gitferry with some methods in the place of its own, for every principal. */
export function altered(alter: Alteration, gitferry: Gitferry): Gitferry {
  const instead = alter(gitferry)
  return new Proxy(gitferry, {
    get(target, name) {
      if (name === 'as') return (principal: never) => altered(alter, target.as(principal))
      const value: unknown = Reflect.get(target, name, target)
      const methods = instead[String(name)]
      if (methods !== undefined) return within(value as object, methods)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const within = (service: object, methods: Readonly<Record<string, unknown>>): object =>
  new Proxy(service, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[String(name)]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
