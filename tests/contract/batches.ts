import type { Batch, ChatEvent } from '../../src/chat/event.ts'

/** The events one by one. Whoever leaves it leaves the batches. */
export async function* singly(batches: AsyncIterable<Batch>): AsyncGenerator<ChatEvent, void> {
  for await (const batch of batches) yield* batch
}

/** Each event by itself. */
export async function* alone(
  events: Iterable<ChatEvent> | AsyncIterable<ChatEvent>,
): AsyncGenerator<Batch, void> {
  for await (const event of events) yield [event]
}

export async function collect(batches: AsyncIterable<Batch>): Promise<ChatEvent[]> {
  const all: ChatEvent[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}
