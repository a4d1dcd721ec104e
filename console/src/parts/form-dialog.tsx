import type { FormEvent, ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { useText } from '../text/text.ts'

/** A dialog that asks for something and sends it. */
export function FormDialog(props: {
  readonly title: string
  readonly submit: string
  readonly sending: { readonly isPending: boolean; readonly error: Error | null }
  readonly onSubmit: (form: FormData) => void
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const text = useText().dialog
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    props.onSubmit(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        {props.children}
        {props.sending.error !== null && <Problem error={props.sending.error} />}
        <footer>
          <button type="button" onClick={props.onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="main" disabled={props.sending.isPending}>
            {props.submit}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

/** What stands in a field of a form. */
export function textIn(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
