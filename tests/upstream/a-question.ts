import type { ChatRequest } from '../../src/chat/request.ts'
import { aPrompt, thinkingUpTo } from '../contract/prompts.ts'

/** What a fault server answers with its whole thought and its whole answer. */
export const aQuestion: ChatRequest = {
  ...aPrompt,
  answerLimit: 100,
  thinking: thinkingUpTo(50),
  stop: [],
  reply: { kind: 'stream', usageChunk: false },
}

/** The first words that a fault server says: of a thought `t`, of an answer `a`. */
export function words(letter: 't' | 'a', count: number): string {
  return Array.from({ length: count }, (_, index) => ` ${letter}${index + 1}`).join('')
}
