import { useLifeChange, useModels } from '../../api/models.ts'
import { Field } from '../../parts/field.tsx'
import { FormDialog, textIn } from '../../parts/form-dialog.tsx'
import { useText } from '../../text/text.ts'

export function DeprecateDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const text = useText().models
  const models = useModels().data ?? []
  const change = useLifeChange()
  const send = (form: FormData) => {
    const sunset = textIn(form, 'sunset')
    const life = {
      id,
      state: 'deprecated',
      sunset_at: sunset === '' ? null : sunset,
      successor: textIn(form, 'successor') || null,
    } as const
    change.mutate(life, { onSuccess: onClose })
  }
  return (
    <FormDialog
      title={text.deprecateTitle(id)}
      submit={text.deprecate}
      sending={change}
      onSubmit={send}
      onClose={onClose}
    >
      <p>{text.deprecateText}</p>
      <Field label={text.sunset} hint={text.sunsetHint}>
        <input name="sunset" type="date" />
      </Field>
      <Field label={text.successor}>
        <select name="successor">
          <option value="">–</option>
          {models
            .filter((model) => model.id !== id)
            .map((model) => (
              <option key={model.id}>{model.id}</option>
            ))}
        </select>
      </Field>
    </FormDialog>
  )
}
