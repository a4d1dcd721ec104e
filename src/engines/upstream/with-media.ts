import type { Message, Part } from '../../chat/request.ts'
import { unsupported } from './begun.ts'
import type { MediaFetcher } from './fetch-media.ts'

/**
 * The messages with what they point at fetched and put into them as data, so that no server inside the operator's network
 * asks an address that a caller wrote. Without a fetcher addresses are handed on, where they are of http.
 */
export function withMedia(
  messages: readonly Message[],
  fetcher: MediaFetcher | null,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const put = async (part: Part): Promise<Part> => {
    if (part.type === 'text' || part.url.startsWith('data:')) return part
    if (!/^https?:\/\//i.test(part.url)) throw unsupported('messages', `such an address of a ${part.type}`)
    return fetcher === null ? part : { ...part, url: await fetcher.fetch(part.url, part.type, signal) }
  }
  return Promise.all(
    messages.map(async (message) =>
      message.role === 'user' ? { ...message, parts: await Promise.all(message.parts.map(put)) } : message,
    ),
  )
}
