import type { Decoder } from '../../chat/decoder.ts'
import type { ChatEvent } from '../../chat/event.ts'
import { type AssistantTurn, isBareText, type Prompt } from '../../chat/request.ts'
import { callMarkups } from '../../decode/calls/call-markups.ts'
import { thinkingDecoder } from '../../decode/thinking.ts'

/** What one choice has said so far, so that another engine can go on where this one breaks off. */
export interface Track {
  /** The choice's number in the caller's answer. */
  readonly choice: number
  /** Adds to `said` what is passed on of an engine's event: thought and text apart, the prompt and its counts once in all. */
  take(event: ChatEvent, said: ChatEvent[]): void
  /** Whether the caller has seen more of it than that its prompt was read. */
  hasSpoken(): boolean
  hasFinished(): boolean
  /**
   * What is left to be asked for. `over`: nothing, the limit is reached. `lost`: nothing that an engine could go on with:
   * a call of which the engine gave no text, or a text that must follow a grammar from its beginning.
   */
  rest(): Rest | 'over' | 'lost'
}

/** What another engine is to be asked for, and the track of what it says. */
export interface Rest {
  readonly prompt: Prompt
  readonly track: Track
}

/** `answer`: whether `prompt` begins the answer, or goes on with one that broke off. */
export function track(choice: number, prompt: Prompt, answer: 'begins' | 'goes on', held = ''): Track {
  const { begun, thinking, output, tools } = prompt
  const split = splitterFor(choice, prompt)
  let announced = answer === 'goes on'
  let spoken = false
  let finished = false
  /** Whether the thought is over, or there is none. */
  let closed =
    begun.text !== '' || (begun.reasoning !== '' && thinking.mode === 'on' && thinking.budget === 0)
  let reasoning = ''
  let text = ''
  let calls = 0
  let thoughtTokens = 0
  let answerTokens = 0
  let breaks = { text: held, tokens: 0 }

  function take(event: ChatEvent, said: ChatEvent[]): void {
    if (event.type === 'prompt') {
      if (!announced) said.push({ ...event, choice })
      announced = true
    } else if (event.type === 'uncounted') {
      // The prompt of an answer that goes on holds what was said of it, which is not counted as prompt.
      said.push({ ...event, choice, ...(answer === 'begins' ? {} : { prompt: 0, cached: 0 }) })
    } else {
      for (const one of split(event.choice === choice ? event : { ...event, choice })) withBreaks(one, said)
    }
  }

  /** Line breaks at the end of a thought are part of its mark, and of the thought where that goes on. */
  function withBreaks(event: ChatEvent, said: ChatEvent[]): void {
    const { text, tokens } = breaks
    if (event.type === 'reasoning' && /^\n+$/.test(event.text)) {
      breaks = { text: text + event.text, tokens: tokens + event.tokens }
      return
    }
    if (text !== '') breaks = { text: '', tokens: 0 }
    if (text !== '' && event.type === 'reasoning') {
      pass({ ...event, text: text + event.text, tokens: tokens + event.tokens }, said)
    } else {
      if (tokens > 0) pass({ type: 'mark', choice, tokens }, said)
      pass(event, said)
    }
  }

  function pass(event: ChatEvent, said: ChatEvent[]): void {
    if (note(event)) said.push(event)
  }

  /** Whether it is passed on. */
  function note(event: ChatEvent): boolean {
    switch (event.type) {
      case 'reasoning':
        reasoning += event.text
        thoughtTokens += event.tokens
        break
      case 'mark':
        // A thought that was closed before it was lost is not closed again. Behind a text it is a token that ends it.
        if (closed && reasoning + text + begun.text === '' && begun.reasoning !== '') return false
        closed ||= reasoning !== ''
        break
      case 'text':
        text += event.text
        closed = true
        answerTokens += event.tokens
        break
      case 'call-start':
        calls++
        answerTokens += event.tokens
        break
      case 'call-text':
        answerTokens += event.tokens
        break
      case 'finish':
        finished = true
        break
      case 'prompt':
      case 'uncounted':
        break
    }
    spoken = true
    return true
  }

  function rest(): Rest | 'over' | 'lost' {
    const turn: AssistantTurn = {
      ...begun,
      reasoning: begun.reasoning + reasoning,
      text: begun.text + text,
    }
    const answerLimit = prompt.answerLimit - answerTokens
    const ruled = output.kind !== 'text' || tools.mode === 'required' || tools.mode === 'one'
    if (calls > 0 || (ruled && turn.text !== '')) return 'lost'
    if (answerLimit < 1) return 'over'
    const left = (turn: AssistantTurn): Prompt => ({
      ...prompt,
      choices: 1,
      leastRoom: 1,
      begun: turn,
      answerLimit,
      thinking:
        thinking.mode === 'off'
          ? thinking
          : { ...thinking, budget: closed ? 0 : Math.max(0, thinking.budget - thoughtTokens) },
    })
    // Breaks that are tokens of their own are generated anew, those that are a token's end are not. Nobody has seen them.
    const held = breaks.tokens === 0 ? breaks.text : ''
    return {
      prompt: left({ ...turn, reasoning: turn.reasoning + held }),
      track: track(choice, left(turn), 'goes on', held),
    }
  }

  return { choice, take, rest, hasSpoken: () => spoken, hasFinished: () => finished }
}

/** Text of an answer that had begun already is no thought. */
function splitterFor(choice: number, prompt: Prompt): Decoder {
  const { begun, tools } = prompt
  const { thinking: marks, calls } = prompt.model.dialect
  if (marks === 'native' || begun.text !== '' || isBareText(prompt)) return (event) => [event]
  const enders = calls === 'native' || tools.mode === 'none' ? [] : callMarkups[calls].openMarks
  return thinkingDecoder(choice, marks, enders)
}
