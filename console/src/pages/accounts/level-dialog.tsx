import { useAccountChange } from '../../api/accounts.ts'
import type { Account } from '../../api/accounts.ts'
import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { FormDialog, textIn } from '../../parts/form-dialog.tsx'

export function LevelDialog({
  account,
  onClose,
}: {
  readonly account: Account
  readonly onClose: () => void
}) {
  const text = useText().accounts
  const change = useAccountChange()
  return (
    <FormDialog
      title={text.changeLevel}
      submit={text.save}
      sending={change}
      onSubmit={(form) =>
        change.mutate({ id: account.id, level: textIn(form, 'level') }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <Field label={text.levelName} hint={text.levelHint}>
        <input name="level" defaultValue={account.level} maxLength={64} autoComplete="off" />
      </Field>
      <p className="quiet">{text.levelText}</p>
    </FormDialog>
  )
}
