import { invalid, refused } from '../refusals.ts'
import type { Body } from './schema.ts'

/**
 * Which of the service's two faces is kept to where they differ: `served`, what it takes, or `documented`, the narrower
 * ranges that its reference gives.
 */
export type Compat = 'served' | 'documented'

const mostMessages = 10
const leastBudget = 128

/** Refuses what the reference rules out and the service takes all the same. */
export function refuseUndocumented({ messages, thinking_budget: budget }: Body): void {
  if (messages.length > mostMessages) {
    const text = `List should have at most ${mostMessages} items after validation, not ${messages.length}`
    throw refused('messages', text)
  }
  if (typeof budget === 'number' && budget < leastBudget)
    throw invalid('thinking_budget', `must be an integer between ${leastBudget} and 32768, got ${budget}`)
}
