export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** The moment that a text names: a day, a moment, or a time after `now` such as `12h` or `30d`. */
export function timeAfter(text: string, now: number): number | undefined {
  const span = spanOf(text)
  if (span !== undefined) return now + span
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(time) ? undefined : time
}

/** The moment that a text names: a day, a moment, or a time before `now` such as `15m` or `2d`. */
export function timeBefore(text: string, now: number): number | undefined {
  const span = spanOf(text)
  return span === undefined ? timeAfter(text, now) : now - span
}

/** Milliseconds of a text such as `90s`, `15m`, `12h` or `30d`. */
function spanOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  return Number(count) * 1000 * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 0)
}
