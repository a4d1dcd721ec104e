/** The body of `POST /v1/messages/count_tokens`. */
export function writeTokens(tokens: number): string {
  return JSON.stringify({ input_tokens: tokens })
}
