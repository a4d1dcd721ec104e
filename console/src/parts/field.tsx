import type { ReactNode } from 'react'

/** A control with its name above it, a hint beside that and what is wrong below. */
export function Field(props: {
  readonly label: string
  readonly hint?: string
  readonly fault?: string
  readonly children: ReactNode
}) {
  const { label, hint = '', fault = '', children } = props
  return (
    <label className="field">
      <span>
        {label} {hint !== '' && <span className="hint">{hint}</span>}
      </span>
      {children}
      {fault !== '' && <output className="fault">{fault}</output>}
    </label>
  )
}
