/** Enough of a trace id to tell it from its neighbours: its time, and its end. */
export function shortId(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id
}
