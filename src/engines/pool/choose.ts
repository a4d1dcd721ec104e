import { hash } from 'node:crypto'
import type { Prompt } from '../../chat/request.ts'
import type { Replica } from './replica.ts'

/** So much more work than the least busy one may a replica have that is chosen for what it has read. */
const mostAhead = 2

/**
 * The replica to ask: of the lowest rank that has one in order and not full, one that has read the longest beginning of
 * the prompt, unless it has much more to do than the least busy one; else that one. Null where none is in order.
 */
export function choose(
  replicas: readonly Replica[],
  prefixes: readonly string[],
  avoid: ReadonlySet<Replica>,
  random: () => number,
): Replica | null {
  const inOrder = replicas.filter(
    (replica) => !avoid.has(replica) && !replica.isDraining() && replica.closedFor() === 0,
  )
  const free = inOrder.filter((replica) => !replica.isFull())
  const able = free.length > 0 ? free : inOrder
  if (able.length < 2) return able[0] ?? null
  const rank = Math.min(...able.map((replica) => replica.rank))
  const ranked = able.filter((replica) => replica.rank === rank)
  const least = Math.min(...ranked.map((replica) => replica.load()))
  const near = ranked.filter((replica) => replica.load() <= least + mostAhead)
  const most = Math.max(...near.map((replica) => replica.known(prefixes)))
  const best = most > 0 ? near.filter((replica) => replica.known(prefixes) === most) : ranked
  const lightest = Math.min(...best.map((replica) => replica.load()))
  const equal = best.filter((replica) => replica.load() === lightest)
  return (equal.length > 1 ? equal[Math.floor(random() * equal.length)] : equal[0]) ?? null
}

/** A name for each beginning of a conversation, one message longer each. Different models never share one. */
export function prefixesOf({ model, tools, messages }: Prompt): readonly string[] {
  let name = hash('sha1', JSON.stringify([model.id, tools]))
  return messages.map((message) => (name = hash('sha1', name + JSON.stringify(message))))
}
