import { useAnnouncements } from '../../api/models.ts'
import { Problem } from '../../parts/problem.tsx'
import { Time } from '../../parts/time.tsx'
import { useText } from '../../text/text.ts'

/** What callers were told of the models. */
export function Announcements() {
  const text = useText().models
  const { data, error } = useAnnouncements()
  return (
    <section className="panel" aria-label={text.announcements}>
      <header>
        <h2>{text.announcements}</h2>
      </header>
      {error !== null && <Problem error={error} />}
      {data?.length === 0 && <p className="empty">{text.noAnnouncements}</p>}
      <ol className="announcements">
        {data?.map(({ id, created, title, by }) => (
          <li key={id}>
            <span className="quiet">
              <Time at={new Date(created * 1000).toISOString()} />
            </span>
            <span>{title}</span>
            <span className="quiet">{by}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
