import type { RequestRecord } from '../../api/requests.ts'

/** A part of a request's time: when it begins after the arrival, and how long it lasts, in milliseconds. */
export interface Stage {
  readonly name: 'admission' | 'queue' | 'prefill' | 'decode' | 'rest'
  readonly begins: number
  readonly lasts: number
}

/** The stages that a request came to, one after the other; `rest` is what none of them accounts for. */
export function stagesOf({ timings }: RequestRecord): readonly Stage[] {
  const { admission_ms, queue_ms, prefill_ms, decode_ms, total_ms } = timings
  const known = [
    ['admission', admission_ms],
    ['queue', queue_ms],
    ['prefill', prefill_ms],
    ['decode', decode_ms],
  ] as const
  const stages: Stage[] = []
  let at = 0
  for (const [name, lasts] of known) {
    if (lasts === null) continue
    stages.push({ name, begins: at, lasts })
    at += lasts
  }
  return total_ms > at ? [...stages, { name: 'rest', begins: at, lasts: total_ms - at }] : stages
}
