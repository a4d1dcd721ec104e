/** What the operator asks for: `gently` lets running answers end. */
export type Stop = 'gently' | 'at-once'

/**
 * Tells of the signals that end this process: the first one asks gently, a second Ctrl-C asks to stop at once. The
 * process then ends only by itself.
 */
export function onStopSignal(stop: (how: Stop) => void): void {
  let asked = false
  const ask = (signal: NodeJS.Signals) => {
    if (!asked) stop('gently')
    else if (signal === 'SIGINT') stop('at-once')
    asked = true
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
}
