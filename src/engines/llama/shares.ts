/** How many callers who have nothing here any more are remembered. */
const remembered = 1000

/** Something that a caller waits for or has. */
export interface Claim {
  readonly caller: string
  /** How many of the places that are shared out it takes. */
  readonly places: number
}

/**
 * Shares an engine out among its callers: next is whoever has the fewest places; among those, whoever has been given the
 * fewest tokens; and of one caller's claims the oldest. Whoever comes, or comes back, starts at what the least served of
 * those present has been given, or at what they themselves have been where that is more: nobody saves up for later, and
 * nobody gains by leaving. Each time that a caller with as few places is passed, it is by one who has been given less, and
 * is given more by it: among any number of callers nobody waits for ever, however much the others ask for.
 *
 * The count of tokens is the virtual token counter of Sheng et al., "Fairness in Serving Large Language Models" (2024).
 */
export class Shares {
  readonly #given = new Map<string, number>()

  /** A claim comes, beside others that wait or have their places. */
  arrive(caller: string, others: Iterable<Claim>): void {
    const present = new Set(Array.from(others, (claim) => claim.caller))
    if (present.has(caller)) return
    const least = present.size === 0 ? 0 : Math.min(...Array.from(present, (one) => this.#of(one)))
    if (present.size === 0) this.#given.clear()
    const own = Math.max(this.#of(caller), least)
    this.#given.delete(caller)
    this.#given.set(caller, own)
    for (const [one, given] of this.#given) {
      const isOver = given <= least || this.#given.size > present.size + remembered
      if (isOver && one !== caller && !present.has(one)) this.#given.delete(one)
    }
  }

  /** A caller was given so many tokens, read or said. */
  note(caller: string, tokens: number): void {
    this.#given.set(caller, this.#of(caller) + tokens)
  }

  /** Of claims in order of arrival the one that is next, beside those that have their places. */
  next<Any extends Claim>(waiting: Iterable<Any>, placed: Iterable<Claim>): Any | null {
    const places = placesByCaller(placed)
    let best: { claim: Any; places: number; given: number } | null = null
    for (const claim of waiting) {
      const found = { claim, places: places.get(claim.caller) ?? 0, given: this.#of(claim.caller) }
      const isBetter =
        best === null ||
        found.places < best.places ||
        (found.places === best.places && found.given < best.given)
      if (isBetter) best = found
    }
    return best?.claim ?? null
  }

  #of(caller: string): number {
    return this.#given.get(caller) ?? 0
  }
}

/** Of claims in order of arrival the last of whoever has the most places, if that is more than `than`. */
export function lastOfMost<Any extends Claim>(claims: readonly Any[], than: number): Any | null {
  const places = placesByCaller(claims)
  const most = Math.max(than, ...places.values())
  return claims.findLast(({ caller }) => places.get(caller) === most && most > than) ?? null
}

function placesByCaller(claims: Iterable<Claim>): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const claim of claims) places.set(claim.caller, (places.get(claim.caller) ?? 0) + claim.places)
  return places
}
