import { refused } from '../refusals.ts'

/**
 * Which of the service's two faces is kept to where they differ: `served`, what it takes, or `documented`, the narrower
 * ranges that its reference gives.
 */
export type Compat = 'served' | 'documented'

const mostMessages = 10

/** Refuses more messages than the reference allows; the service takes them. */
export function refuseLong(messages: readonly unknown[]): void {
  if (messages.length <= mostMessages) return
  throw refused(
    'messages',
    `List should have at most ${mostMessages} items after validation, not ${messages.length}`,
  )
}
