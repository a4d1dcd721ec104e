import { useState } from 'react'
import { type Model, useLifeChange } from '../../api/models.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useText } from '../../text/text.ts'
import { DeprecateDialog } from './deprecate-dialog.tsx'

export function StateTag({ state }: { readonly state: Model['state'] }) {
  const text = useText().models.states
  const looks = { online: 'good', deprecated: 'warn', offline: 'bad' } as const
  return <span className={`tag ${looks[state]}`}>{text[state]}</span>
}

/** What can be done with a model in its state. */
export function LifeButtons({ model: { id, state } }: { readonly model: Model }) {
  const text = useText().models
  const change = useLifeChange()
  const [asking, setAsking] = useState<'offline' | 'deprecated' | null>(null)
  const close = () => setAsking(null)
  const takeOffline = () => {
    change.mutate({ id, state: 'offline' })
    close()
  }
  return (
    <div className="row">
      {change.error !== null && <Problem error={change.error} />}
      {state !== 'online' && (
        <button
          type="button"
          className="small plain"
          disabled={change.isPending}
          onClick={() => change.mutate({ id, state: 'online' })}
        >
          {text.takeOnline}
        </button>
      )}
      {state === 'online' && (
        <button type="button" className="small plain" onClick={() => setAsking('deprecated')}>
          {text.deprecate}
        </button>
      )}
      {state !== 'offline' && (
        <button type="button" className="small plain danger" onClick={() => setAsking('offline')}>
          {text.takeOffline}
        </button>
      )}
      {asking === 'offline' && (
        <Dialog title={text.offlineTitle(id)} onClose={close}>
          <p>{text.offlineText}</p>
          <footer>
            <button type="button" onClick={close}>
              {text.cancel}
            </button>
            <button type="button" className="main" onClick={takeOffline}>
              {text.takeOffline}
            </button>
          </footer>
        </Dialog>
      )}
      {asking === 'deprecated' && <DeprecateDialog id={id} onClose={close} />}
    </div>
  )
}
