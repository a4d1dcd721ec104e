import { Tabs } from 'radix-ui'
import type { ChatAbilities } from '../../api/models.ts'
import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { NumberInput } from './number-input.tsx'
import { OutputSettings } from './output-settings.tsx'
import { numberFields, type Settings } from './settings.ts'
import { ToolSettings } from './tool-settings.tsx'

export interface SettingsProps {
  readonly settings: Settings
  readonly abilities: ChatAbilities
  readonly onChange: (change: Partial<Settings>) => void
}

/** Everything that a request may ask for beside the conversation. */
export function SettingsPanel(props: SettingsProps) {
  const text = useText().playground
  const tabs = [
    { name: 'parameters', label: text.parameters, content: <Parameters {...props} /> },
    { name: 'tools', label: text.tools, content: <ToolSettings {...props} /> },
    { name: 'output', label: text.output, content: <OutputSettings {...props} /> },
  ]
  return (
    <aside className="settings" aria-label={text.settings}>
      <Tabs.Root defaultValue="parameters">
        <Tabs.List className="tabs" aria-label={text.settings}>
          {tabs.map(({ name, label }) => (
            <Tabs.Trigger key={name} value={name} className="plain small">
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map(({ name, content }) => (
          <Tabs.Content key={name} value={name} className="settings-body">
            {content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </aside>
  )
}

function Parameters({ settings, abilities, onChange }: SettingsProps) {
  const text = useText().playground
  const { thinking, reasoning_effort: effort } = abilities
  return (
    <>
      <Field label={text.system}>
        <textarea
          rows={3}
          value={settings.system}
          onChange={({ target }) => onChange({ system: target.value })}
        />
      </Field>
      <div className="pair">
        <Field
          label="enable_thinking"
          hint={thinking.mode === 'switch' ? '' : text.thinkingModes[thinking.mode]}
        >
          <select
            value={settings.thinking}
            disabled={thinking.mode !== 'switch'}
            onChange={({ target }) =>
              onChange({
                thinking: target.value === 'on' || target.value === 'off' ? target.value : 'default',
              })
            }
          >
            <option value="default">
              {thinking.mode === 'switch'
                ? text.defaultIs(thinking.default ? text.on : text.off)
                : text.default}
            </option>
            <option value="on">{text.on}</option>
            <option value="off">{text.off}</option>
          </select>
        </Field>
        <Field label="reasoning_effort" hint={effort === null ? text.notSupported : ''}>
          <select
            value={settings.effort}
            disabled={effort === null}
            onChange={({ target }) =>
              onChange({ effort: target.value === 'high' || target.value === 'max' ? target.value : '' })
            }
          >
            <option value="">{effort === null ? text.default : text.defaultIs(effort.default)}</option>
            <option value="high">high</option>
            <option value="max">max</option>
          </select>
        </Field>
        {numberFields(abilities).map((field) => (
          <NumberInput
            key={field.name}
            field={field}
            value={settings.numbers[field.name]}
            onChange={(value) => {
              const { [field.name]: _, ...others } = settings.numbers
              onChange({ numbers: value === undefined ? others : { ...others, [field.name]: value } })
            }}
          />
        ))}
      </div>
      <Field label="stop" hint={text.stopHint}>
        <textarea
          rows={2}
          className="code"
          value={settings.stop}
          onChange={({ target }) => onChange({ stop: target.value })}
        />
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.stream}
          onChange={({ target }) => onChange({ stream: target.checked })}
        />
        stream
      </label>
    </>
  )
}
