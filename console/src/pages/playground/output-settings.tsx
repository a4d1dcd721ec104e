import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { faultIn, readObject } from './read-json.ts'
import type { SettingsProps } from './settings-panel.tsx'

const formats = ['text', 'json_object', 'json_schema'] as const

const example = JSON.stringify(
  {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer' } },
    required: ['name', 'age'],
    additionalProperties: false,
  },
  null,
  2,
)

/** The form that the answer is held to. */
export function OutputSettings({ settings, abilities, onChange }: SettingsProps) {
  const text = useText().playground
  const fault = settings.format === 'json_schema' ? faultIn(settings.schema, readObject) : ''
  return (
    <>
      <Field label="response_format">
        <select
          value={settings.format}
          onChange={({ target }) =>
            onChange({ format: formats.find((format) => format === target.value) ?? 'text' })
          }
        >
          {formats.map((format) => (
            <option key={format} disabled={!abilities.response_format.includes(format)}>
              {format}
            </option>
          ))}
        </select>
      </Field>
      {settings.format === 'json_schema' && (
        <>
          <Field label="json_schema" fault={fault}>
            <textarea
              className="code"
              rows={14}
              spellCheck={false}
              aria-invalid={fault !== ''}
              value={settings.schema}
              onChange={({ target }) => onChange({ schema: target.value })}
            />
          </Field>
          {settings.schema === '' && (
            <button type="button" className="small" onClick={() => onChange({ schema: example })}>
              {text.insertExample}
            </button>
          )}
          <p className="quiet">{text.schemaText}</p>
        </>
      )}
    </>
  )
}
