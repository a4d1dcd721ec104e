import { type Replica, useDrain } from '../../api/models.ts'
import { showMs, showShare } from '../../parts/format.ts'
import { Problem } from '../../parts/problem.tsx'
import { useText } from '../../text/text.ts'

/** The engines that answer for one model. */
export function Replicas({ replicas }: { readonly replicas: readonly Replica[] }) {
  const text = useText().models
  const drain = useDrain()
  return (
    <div className="scroll-x">
      <table className="data">
        <thead>
          <tr>
            <th>{text.engine}</th>
            <th>{text.health}</th>
            <th>{text.circuit}</th>
            <th className="number">{text.running}</th>
            <th className="number">{text.answers}</th>
            <th className="number">{text.failures}</th>
            <th className="number">{text.firstToken}</th>
            <th className="number">{text.cacheHits}</th>
            <th className="number">{text.memory}</th>
            <th>
              <span className="unseen">{text.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {replicas.map((replica) => (
            <tr key={replica.id}>
              <td>
                <span className="engine-name" title={replica.name}>
                  <bdi>{replica.name}</bdi>
                </span>
                <span className="quiet">{replica.kind}</span>
              </td>
              <td>
                <Health of={replica} />
              </td>
              <td>
                <span className={replica.circuit === 'closed' ? 'quiet' : 'tag bad'}>
                  {text.circuits[replica.circuit]}
                </span>
              </td>
              <td className="number">
                {replica.running}
                {replica.waiting > 0 && ` + ${replica.waiting}`}
              </td>
              <td className="number">{replica.answers}</td>
              <td className="number" title={replica.last_failure?.cause ?? ''}>
                {replica.failures}
              </td>
              <td className="number">{showMs(replica.first_event_ms)}</td>
              <td className="number">{showShare(replica.cached_tokens, replica.prompt_tokens)}</td>
              <td className="number">
                {replica.memory_bytes === 0 ? '–' : `${(replica.memory_bytes / 2 ** 20).toFixed(0)} MB`}
              </td>
              <td className="number">
                <button
                  type="button"
                  className="small plain"
                  disabled={drain.isPending}
                  onClick={() => drain.mutate({ id: replica.id, draining: !replica.draining })}
                >
                  {replica.draining ? text.resume : text.drain}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {drain.error !== null && <Problem error={drain.error} />}
    </div>
  )
}

function Health({ of: { draining, health, status, reason } }: { readonly of: Replica }) {
  const text = useText().models
  if (draining) return <span className="tag warn">{text.draining}</span>
  if (status === 'failed' || health === 'down')
    return (
      <span className="tag bad" title={reason}>
        {health === 'down' ? text.down : text.statuses.failed}
      </span>
    )
  return <span className="tag good">{health === 'up' ? text.up : text.statuses[status]}</span>
}
