import type { Reply } from '../../chat/request.ts'

/** The fields as OpenAI has them. */
interface ReplyAsked {
  readonly stream?: boolean | null
  readonly stream_options?: { readonly include_usage?: boolean | null } | null
}

export function settleReply({ stream, stream_options: options }: ReplyAsked): Reply {
  return stream ? { kind: 'stream', usageChunk: options?.include_usage ?? false } : { kind: 'whole' }
}
