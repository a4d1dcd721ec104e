import { useNewAccount } from '../../api/accounts.ts'
import { Field } from '../../parts/field.tsx'
import { useText } from '../../text/text.ts'
import { FormDialog, textIn } from '../../parts/form-dialog.tsx'

export function NewAccountDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText().accounts
  const create = useNewAccount()
  const send = (form: FormData) => {
    const name = textIn(form, 'name')
    create.mutate({ id: textIn(form, 'id'), ...(name === '' ? {} : { name }) }, { onSuccess: onClose })
  }
  return (
    <FormDialog
      title={text.newAccount}
      submit={text.create}
      sending={create}
      onSubmit={send}
      onClose={onClose}
    >
      <Field label={text.id} hint={text.idHint}>
        <input name="id" required pattern="[a-z0-9][a-z0-9._\-]{0,63}" autoComplete="off" />
      </Field>
      <Field label={text.name}>
        <input name="name" maxLength={200} autoComplete="off" />
      </Field>
    </FormDialog>
  )
}
