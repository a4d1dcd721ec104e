import { noUsage, type Usage } from '../../chat/usage.ts'

/**
 * Writes `usage` objects, one after the other. The service's captures show several orders of its keys; ours is this one,
 * always. As in them, `completion_tokens_details` appears with the first token of thought. What is known of the prompt
 * changes once in a stream at most, and is written as often.
 */
export function usageWriter(): (usage: Usage) => string {
  let last = noUsage
  let promptDetails = writePromptDetails(noUsage)
  return (usage) => {
    const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage
    if (promptTokens !== last.promptTokens || cachedTokens !== last.cachedTokens)
      promptDetails = writePromptDetails(usage)
    last = usage
    const thought =
      reasoningTokens > 0 ? `"completion_tokens_details":{"reasoning_tokens":${reasoningTokens}},` : ''
    return (
      `{"prompt_tokens":${promptTokens},"completion_tokens":${completionTokens},` +
      `"total_tokens":${promptTokens + completionTokens},${thought}${promptDetails}}`
    )
  }
}

export function writeUsage(usage: Usage): string {
  return usageWriter()(usage)
}

/** The inside of an object. */
function writePromptDetails({ promptTokens, cachedTokens }: Usage): string {
  return JSON.stringify({
    prompt_tokens_details: { cached_tokens: cachedTokens },
    prompt_cache_hit_tokens: cachedTokens,
    prompt_cache_miss_tokens: promptTokens - cachedTokens,
  }).slice(1, -1)
}
