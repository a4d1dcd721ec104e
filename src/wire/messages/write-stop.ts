import type { ChatEvent, FinishReason } from '../../chat/event.ts'

/** The words of `stop_reason`. */
const reasons = {
  stop: 'end_turn',
  'stop-text': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
} as const satisfies Record<FinishReason, string>

/** Why an answer ended; `null` while it has not. */
export function writeStop(finish: Extract<ChatEvent, { type: 'finish' }> | null): object {
  return {
    stop_reason: finish && reasons[finish.reason],
    stop_sequence: finish?.reason === 'stop-text' ? finish.text : null,
  }
}
