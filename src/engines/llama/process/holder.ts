/** Whoever holds cells: the first `fed` of `tokens` are in `slot`. */
export interface Holder {
  readonly slot: number
  readonly tokens: readonly number[]
  readonly fed: number
}

/** How many tokens a holder has in its cells that are the first ones of `tokens` too. */
export function commonPrefix({ tokens, fed }: Omit<Holder, 'slot'>, others: readonly number[]): number {
  const most = Math.min(fed, others.length)
  let length = 0
  while (length < most && tokens[length] === others[length]) length++
  return length
}
