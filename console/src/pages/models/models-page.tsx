import './models.css'
import { type EngineReport, type Model, useEngines, useModels } from '../../api/models.ts'
import { Problem } from '../../parts/problem.tsx'
import { useText } from '../../text/text.ts'
import { Abilities } from './abilities.tsx'
import { Announcements } from './announcements.tsx'
import { Catalogue } from './catalogue.tsx'
import { LifeButtons, StateTag } from './life.tsx'
import { Replicas } from './replicas.tsx'

/** What is run here and how it stands, and what the catalogue knows beside that. */
export function ModelsPage() {
  const text = useText().models
  const models = useModels()
  const engines = useEngines()
  const problem = models.error ?? engines.error
  const engineOf = (id: string) => engines.data?.find(({ model }) => model === id)
  const all = models.data ?? []
  return (
    <div className="page">
      <h1>{text.title}</h1>
      {problem !== null && <Problem error={problem} again={() => void models.refetch()} />}
      {all.map((model) => {
        const engine = engineOf(model.id)
        return engine && <ModelPanel key={model.id} model={model} engine={engine} />
      })}
      <Announcements />
      {engines.data !== undefined && (
        <Catalogue models={all.filter(({ id }) => engineOf(id) === undefined)} />
      )}
    </div>
  )
}

function ModelPanel({ model, engine }: { readonly model: Model; readonly engine: EngineReport }) {
  const text = useText().models
  const { id, state, sunset_at: sunset, successor } = model
  return (
    <section className="panel" aria-label={id}>
      <header>
        <div className="row">
          <h2>{id}</h2>
          <StateTag state={state} />
          {sunset !== null && (
            <span className="quiet">{text.until(new Date(sunset).toLocaleDateString())}</span>
          )}
          {successor !== null && <span className="quiet">{text.replacedBy(successor)}</span>}
          <Load engine={engine} />
        </div>
        <LifeButtons model={model} />
      </header>
      <Abilities of={model.abilities} />
      <Replicas replicas={engine.replicas} />
    </section>
  )
}

function Load({ engine: { status, reason, running, waiting } }: { readonly engine: EngineReport }) {
  const text = useText().models
  return (
    <span className={status === 'failed' ? 'bad' : 'quiet'} title={reason}>
      {text.statuses[status]}, {text.load(running, waiting)}
    </span>
  )
}
