import { useNewKey } from '../../api/accounts.ts'
import type { Account } from '../../api/accounts.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { FormDialog, textIn } from '../../parts/form-dialog.tsx'

/** Asks what the key is to be, and then shows its secret, which nobody can see again. */
export function NewKeyDialog({
  account,
  onClose,
}: {
  readonly account: Account
  readonly onClose: () => void
}) {
  const text = useText().accounts
  const create = useNewKey()
  if (create.data !== undefined) {
    const { secret } = create.data
    return (
      <Dialog title={text.secretTitle} onClose={onClose}>
        <p>{text.secretText}</p>
        <pre data-testid="secret">{secret}</pre>
        <footer>
          <CopyButton content={secret} />
          <button type="button" className="main" onClick={onClose}>
            {text.done}
          </button>
        </footer>
      </Dialog>
    )
  }
  const send = (form: FormData) => {
    const name = textIn(form, 'name')
    const models = textIn(form, 'models')
      .split(/[\s,]+/)
      .filter(Boolean)
    const expires = textIn(form, 'expires')
    create.mutate({
      ...(name === '' ? {} : { name }),
      account_id: account.id,
      role: textIn(form, 'role') === 'admin' ? 'admin' : 'caller',
      models: models.length === 0 ? null : models,
      expires_at: expires === '' ? null : new Date(expires).toISOString(),
    })
  }
  return (
    <FormDialog
      title={text.newKeyFor(account.name)}
      submit={text.create}
      sending={create}
      onSubmit={send}
      onClose={onClose}
    >
      <Field label={text.name}>
        <input name="name" maxLength={200} autoComplete="off" />
      </Field>
      <Field label={text.role}>
        <select name="role">
          <option value="caller">{text.roleTexts.caller}</option>
          <option value="admin">{text.roleTexts.admin}</option>
        </select>
      </Field>
      <Field label={text.models} hint={text.modelsHint}>
        <input name="models" autoComplete="off" />
      </Field>
      <Field label={text.expires} hint={text.optional}>
        <input name="expires" type="datetime-local" />
      </Field>
    </FormDialog>
  )
}
