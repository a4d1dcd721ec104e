import type { ChosenToken, LikelyToken } from '../../chat/event.ts'

/** The `logprobs` of a choice or of a chunk: null where it says no text. */
export function writeLogprobs(tokens: readonly ChosenToken[]): object | null {
  return tokens.length === 0 ? null : { content: tokens.map(writeChosen), refusal: null }
}

function writeChosen(token: ChosenToken): object {
  return { ...writeLikely(token), top_logprobs: token.top.map(writeLikely) }
}

/** What stands for a token that never comes, whose logarithm JSON cannot write; OpenAI's own. */
const never = -9999

function writeLikely({ text, logprob, bytes }: LikelyToken): object {
  return { token: text, logprob: Math.max(logprob, never), bytes }
}
