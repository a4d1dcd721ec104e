import type { Abilities, Model } from '../../api/models.ts'
import { useText } from '../../text/text.ts'
import { thinkingOf } from './abilities.tsx'
import { LifeButtons, StateTag } from './life.tsx'

/** The models that are not run here: others stand in for them, or nobody answers. */
export function Catalogue({ models }: { readonly models: readonly Model[] }) {
  const text = useText().models
  if (models.length === 0) return null
  return (
    <section className="panel" aria-label={text.catalogue}>
      <header>
        <h2>{text.catalogue}</h2>
        <span className="quiet">{text.catalogueText}</span>
      </header>
      <div className="scroll-x">
        <table className="data">
          <thead>
            <tr>
              <th>{text.model}</th>
              <th>{text.state}</th>
              <th>{text.answeredBy}</th>
              <th className="number">{text.context}</th>
              <th>{text.kind}</th>
              <th>{text.thinking}</th>
              <th>{text.toolsName}</th>
              <th>
                <span className="unseen">{text.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <tr key={model.id}>
                <td>{model.id}</td>
                <td>
                  <StateTag state={model.state} />
                </td>
                <td>{model.stand_in ?? <span className="quiet">{text.nobody}</span>}</td>
                <td className="number">{model.abilities.context_length}</td>
                <Skills of={model.abilities} />
                <td className="actions">
                  <LifeButtons model={model} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Skills({ of }: { readonly of: Abilities }) {
  const text = useText().models
  const isChat = of.sub_type === 'chat'
  return (
    <>
      <td>{of.sub_type}</td>
      <td>{isChat ? thinkingOf(of.thinking, text) : '–'}</td>
      <td>{isChat ? text.tools[of.tools] : '–'}</td>
    </>
  )
}
