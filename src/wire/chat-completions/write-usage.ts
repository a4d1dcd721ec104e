import type { Usage } from '../../chat/usage.ts'

/**
 * The `usage` object. The service's captures show several orders of its keys; ours is this one, always. As in them,
 * `completion_tokens_details` appears with the first token of thought.
 */
export function writeUsage({ promptTokens, cachedTokens, completionTokens, reasoningTokens }: Usage): string {
  const thought =
    reasoningTokens > 0 ? `"completion_tokens_details":{"reasoning_tokens":${reasoningTokens}},` : ''
  return (
    `{"prompt_tokens":${promptTokens},"completion_tokens":${completionTokens},` +
    `"total_tokens":${promptTokens + completionTokens},${thought}` +
    `"prompt_tokens_details":{"cached_tokens":${cachedTokens}},` +
    `"prompt_cache_hit_tokens":${cachedTokens},"prompt_cache_miss_tokens":${promptTokens - cachedTokens}}`
  )
}
