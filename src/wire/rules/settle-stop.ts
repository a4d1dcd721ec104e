/** One text is a list of one. */
export function settleStop(stop: string | readonly string[] | null | undefined): readonly string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? [])
}
