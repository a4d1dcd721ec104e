import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import type { NumberField } from './settings.ts'

/** A number of a request. Empty is the model's default, which stands there as the placeholder. */
export function NumberInput(props: {
  readonly field: NumberField
  readonly value: number | undefined
  readonly onChange: (value: number | undefined) => void
}) {
  const text = useText().playground
  const { name, min, max, step, byDefault, supported } = props.field
  const { value } = props
  const outside = value !== undefined && (value < min || value > max)
  const range = name === 'seed' ? '' : `${min} – ${max}`
  return (
    <Field
      label={name}
      hint={supported ? range : text.notSupported}
      fault={outside ? text.outside(min, max) : ''}
    >
      <input
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={step}
        disabled={!supported}
        placeholder={byDefault === null ? text.random : String(byDefault)}
        value={value ?? ''}
        aria-invalid={outside}
        onChange={({ target }) => props.onChange(target.value === '' ? undefined : target.valueAsNumber)}
      />
    </Field>
  )
}
