import type { Model } from '../../chat/model.ts'
import type { Part, Prompt } from '../../chat/request.ts'
import { unsupported } from './begun.ts'
import type { MediaFetcher } from './fetch-media.ts'
import { pdfLimits, renderPdf } from './pdf/render-pdf.ts'
import type { ServerTraits } from './servers.ts'

/**
 * The messages with what they point at fetched and put into them as data, so that no server inside the operator's network
 * asks an address that a caller wrote. Without a fetcher addresses are handed on, where they are of http. A PDF becomes
 * the pictures of its pages, where the server does not read it by itself.
 */
export function withMedia(
  { messages, model }: Prompt,
  fetcher: MediaFetcher | null,
  traits: ServerTraits,
  signal: AbortSignal,
): Prompt['messages'] | Promise<Prompt['messages']> {
  if (messages.every((one) => one.role !== 'user' || one.parts.every(({ type }) => type === 'text')))
    return messages
  const put = async (part: Part): Promise<readonly Part[]> => {
    if (part.type === 'text') return [part]
    const url = await fetched(part, model, fetcher, signal)
    if (part.type !== 'image' || traits.pdf || !/^data:application\/pdf/i.test(url)) return [{ ...part, url }]
    const pages = await renderPdf(bytesOf(url), pdfLimits, signal)
    return pages.map((page) => ({ ...part, url: page }))
  }
  return Promise.all(
    messages.map(async (message) =>
      message.role === 'user'
        ? { ...message, parts: (await Promise.all(message.parts.map(put))).flat() }
        : message,
    ),
  )
}

function fetched(
  { type, url }: Exclude<Part, { type: 'text' }>,
  { media }: Model,
  fetcher: MediaFetcher | null,
  signal: AbortSignal,
): string | Promise<string> {
  if (url.startsWith('data:')) return url
  if (!/^https?:\/\//i.test(url)) throw unsupported('messages', `such an address of a ${type}`)
  if (fetcher === null) return url
  return fetcher.fetch(url, type === 'image' && media.includes('pdf') ? 'image or pdf' : type, signal)
}

/** Of a `data:` URL, whose data is base64 or percent-encoded text. */
function bytesOf(url: string): Uint8Array {
  const comma = url.indexOf(',')
  const data = url.slice(comma + 1)
  if (/;base64$/i.test(url.slice(0, comma))) return Buffer.from(data, 'base64')
  return Buffer.from(
    data.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
}
