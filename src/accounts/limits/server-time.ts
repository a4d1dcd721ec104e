/** How much faster or slower than ours a server's clock may run: as much as NTP corrects, and more. */
const drift = 0.001

/**
 * Follows the clock of a server by our own steady one, so that a server's clock that is set, forwards or backwards, is
 * noticed: it is believed only within what the answers until now allow. Times are whole milliseconds.
 */
export interface ServerTime {
  /** What the server's clock can show now. */
  bounds(): { readonly earliest: number; readonly latest: number }
  /** Takes in an answer that holds the server's time and came in reply to what was sent at `sent` of our clock. */
  heard(server: number, sent: number): void
  /** It is another server, with a clock of its own. */
  reset(): void
}

export function serverTime(steady: () => number): ServerTime {
  /** The server's clock less ours lies between these, as of `at`. */
  let low = -Infinity
  let high = Infinity
  let at = 0

  function age(now: number): void {
    low -= drift * (now - at)
    high += drift * (now - at)
    at = now
  }
  return {
    bounds() {
      const now = steady()
      age(now)
      // Before the first answer nothing is known, and the server is believed.
      return low === -Infinity
        ? { earliest: 0, latest: Number.MAX_SAFE_INTEGER }
        : { earliest: Math.floor(now + low), latest: Math.floor(now + high) }
    },
    heard(server, sent) {
      const now = steady()
      age(now)
      // The server cut its time to whole milliseconds.
      const [lowest, highest] = [server - now, server + 1 - sent]
      if (lowest > high || highest < low) return
      low = Math.max(low, lowest)
      high = Math.min(high, highest)
    },
    reset() {
      low = -Infinity
      high = Infinity
    },
  }
}
