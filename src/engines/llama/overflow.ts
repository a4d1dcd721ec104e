import { Failure } from '../../chat/failure.ts'

/** A prompt that does not leave `leastRoom` tokens in a window of `window`, refused in the words of the service. `field` holds it. */
export function overflow(tokens: number, leastRoom: number, window: number, field = 'messages'): Failure {
  return tokens > window
    ? new Failure(
        'context-overflow',
        `number of input tokens (${tokens}) has exceeded max_seq_len (${window}) limit.`,
        { field },
      )
    : new Failure(
        'context-overflow',
        `max_total_tokens (${tokens + leastRoom}) must be less than or equal to max_seq_len (${window})`,
        { field: 'max_tokens' },
      )
}
