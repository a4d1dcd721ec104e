import { ApiError } from '../api/client.ts'
import { linkTo } from '../shell/route.ts'
import { useText } from '../text/text.ts'

/** What went wrong, in the server's words, with the trace id where there is one. */
export function Problem({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  const text = useText()
  const isRefusal = error instanceof ApiError && error.status > 0
  const isUnreachable = error instanceof ApiError && error.status === 0
  return (
    <div className="problem" role="alert">
      <p>
        {isRefusal && <strong>{error.status} </strong>}
        {isUnreachable ? text.problem.unreachable : error.message}
      </p>
      {isRefusal && error.traceId !== '' && (
        <p className="quiet">
          {text.problem.trace} <a href={linkTo('requests', error.traceId)}>{error.traceId}</a>
        </p>
      )}
      {again && (
        <button type="button" onClick={again}>
          {text.problem.again}
        </button>
      )}
    </div>
  )
}
