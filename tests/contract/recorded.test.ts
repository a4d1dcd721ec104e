import type { ChatEvent } from '../../src/chat/event.ts'
import type { Prompt } from '../../src/chat/request.ts'
import { recordedEngine } from '../../src/engines/recorded.ts'
import { engineContract } from './engine.ts'
import { aPrompt } from './prompts.ts'

/** Eight words at most, and a thought within its budget where one is begun. */
function record(prompt: Prompt): ChatEvent[] {
  const { answerLimit, choices, thinking, begun } = prompt
  const events: ChatEvent[] = []
  for (let choice = 0; choice < choices; choice++) {
    const say = (text: string, tokens: number): void =>
      void events.push({ type: 'text', choice, text, tokens })
    events.push({ type: 'prompt', choice, tokens: 5, cached: 0 })
    if (thinking.mode === 'on' && begun.reasoning !== '') {
      say('<think>', 0)
      for (let word = 0; word < Math.min(3, thinking.budget); word++) say(' hm', 1)
      say('</think>', 1)
    }
    for (let word = 0; word < Math.min(8, answerLimit); word++) say(' word', 1)
    events.push({ type: 'finish', choice, reason: answerLimit > 8 ? 'stop' : 'length' })
  }
  return events
}

engineContract('recorded', () => recordedEngine(record), {
  prompt: aPrompt,
  longPrompt: null,
  tooLongPrompt: null,
})
