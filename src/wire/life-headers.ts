import type { KnownLife } from '../chat/life.ts'

/**
 * What an answer of a deprecated model says beside itself: since when (RFC 9745), until when (RFC 8594), and where to
 * read on. Empty for all other models.
 */
export function lifeHeaders(model: string, life: KnownLife): Readonly<Record<string, string>> {
  const { state, since, sunsetAt, successor } = life
  if (state !== 'deprecated') return {}
  const links = [`</v1/announcements?model=${encodeURIComponent(model)}>; rel="deprecation"`]
  if (successor !== '') links.push(`</v1/models/${encodeURIComponent(successor)}>; rel="successor-version"`)
  return {
    deprecation: `@${Math.floor((since ?? 0) / 1000)}`,
    ...(sunsetAt === null ? {} : { sunset: new Date(sunsetAt).toUTCString() }),
    link: links.join(', '),
  }
}
