import type { ChatEvent } from './event.ts'

/**
 * One event of one choice in, zero or more out, synchronously. Holds text back only while it could still become markup,
 * and lets go of it on `finish`. Made anew for each choice.
 */
export type Decoder = (event: ChatEvent) => Iterable<ChatEvent>
