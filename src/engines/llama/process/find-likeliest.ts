/** What a token has to say for itself: the natural logarithm of its probability. */
export interface Likelihood {
  readonly token: number
  readonly logprob: number
}

/** The log probability of `chosen` among all tokens, and the `count` likeliest ones, the likeliest first. */
export function findLikeliest(
  logits: Float32Array,
  chosen: number,
  count: number,
): { chosen: Likelihood; top: readonly Likelihood[] } {
  let largest = -Infinity
  for (const logit of logits) if (logit > largest) largest = logit
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - largest)
  const whole = largest + Math.log(sum)
  const likelihood = (token: number): Likelihood => ({ token, logprob: (logits[token] ?? -Infinity) - whole })
  return { chosen: likelihood(chosen), top: largestOf(logits, count).map(likelihood) }
}

/** The places of the `count` largest numbers, the largest first; of equal ones the first. */
function largestOf(numbers: Float32Array, count: number): readonly number[] {
  const places: number[] = []
  if (count === 0) return places
  let least = -Infinity
  for (let place = 0; place < numbers.length; place++) {
    const number = numbers[place] ?? -Infinity
    if (places.length === count && !(number > least)) continue
    const before = places.findIndex((other) => number > (numbers[other] ?? -Infinity))
    places.splice(before < 0 ? places.length : before, 0, place)
    places.length = Math.min(places.length, count)
    least = numbers[places.at(-1) ?? place] ?? -Infinity
  }
  return places
}
