import { useSyncExternalStore } from 'react'

/** A choice of the reader's that this browser remembers, such as the language. */
export interface Choice<T extends string> {
  readonly get: () => T
  readonly set: (value: T) => void
  readonly subscribe: (changed: () => void) => () => void
}

export function makeChoice<T extends string>(
  name: string,
  values: readonly T[],
  byDefault: () => T,
): Choice<T> {
  const listeners = new Set<() => void>()
  const stored = values.find((value) => value === localStorage.getItem(`silica.${name}`))
  let current = stored ?? byDefault()
  return {
    get: () => current,
    set(value) {
      current = value
      localStorage.setItem(`silica.${name}`, value)
      for (const changed of listeners) changed()
    },
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
  }
}

export function useChoice<T extends string>(choice: Choice<T>): T {
  return useSyncExternalStore(choice.subscribe, choice.get)
}
