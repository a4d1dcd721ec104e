import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { faultIn, readTools } from './read-json.ts'
import type { SettingsProps } from './settings-panel.tsx'

const example = JSON.stringify(
  [
    {
      name: 'get_weather',
      description: 'The weather of a city now.',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
    },
  ],
  null,
  2,
)

/** Functions that the model may call, and the results that they always give. */
export function ToolSettings({ settings, abilities, onChange }: SettingsProps) {
  const text = useText().playground
  const fault = faultIn(settings.tools, readTools)
  const functions = fault === '' ? readTools(settings.tools) : []
  if (abilities.tools === 'never') return <p className="quiet">{text.noTools}</p>
  return (
    <>
      {abilities.tools === 'without-thinking' && <p className="quiet">{text.toolsWithoutThinking}</p>}
      <Field label="tools" hint={text.toolsHint} fault={fault}>
        <textarea
          className="code"
          rows={12}
          spellCheck={false}
          aria-invalid={fault !== ''}
          value={settings.tools}
          onChange={({ target }) => onChange({ tools: target.value })}
        />
      </Field>
      {settings.tools === '' && (
        <button type="button" className="small" onClick={() => onChange({ tools: example })}>
          {text.insertExample}
        </button>
      )}
      {functions.length > 0 && (
        <Field label="tool_choice">
          <select
            value={settings.toolChoice}
            onChange={({ target }) => onChange({ toolChoice: target.value })}
          >
            {['auto', 'none', 'required', ...functions.map(({ name }) => name)].map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        </Field>
      )}
      {functions.map(({ name }) => (
        <Field key={name} label={text.cannedOf(name)} hint={text.cannedHint}>
          <textarea
            className="code"
            rows={2}
            value={settings.canned[name] ?? ''}
            onChange={({ target }) => onChange({ canned: { ...settings.canned, [name]: target.value } })}
          />
        </Field>
      ))}
    </>
  )
}
