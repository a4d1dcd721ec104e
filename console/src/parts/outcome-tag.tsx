import { useText } from '../text/text.ts'

const looks = { finished: 'good', failed: 'bad', abandoned: 'warn' } as const

/** How a request ended, with why. */
export function OutcomeTag(props: { readonly outcome: keyof typeof looks; readonly detail: string }) {
  const text = useText().requests.outcomes
  const { outcome, detail } = props
  return (
    <span className={`tag ${looks[outcome]}`} title={detail}>
      {detail === '' || outcome === 'abandoned' ? text[outcome] : detail}
    </span>
  )
}
