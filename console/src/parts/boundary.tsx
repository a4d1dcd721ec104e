import { Component, type ReactNode } from 'react'
import { Problem } from './problem.tsx'

/** Keeps a defect of one page from taking down the others; only a class can, as React has it. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override readonly state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error === null ? this.props.children : <Problem error={error} />
  }
}
