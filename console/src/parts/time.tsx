import { useChoice } from '../shell/choice.ts'
import { language } from '../text/text.ts'

/** A moment, in the reader's own time zone. */
export function Time({ at }: { readonly at: string }) {
  const locale = useChoice(language)
  const date = new Date(at)
  return (
    <time dateTime={at} title={at} className="nowrap">
      {date.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}

export function isPast(at: string): boolean {
  return Date.parse(at) < Date.now()
}
