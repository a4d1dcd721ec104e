import { Failure, toFailure } from '../../chat/failure.ts'
import type { Replica } from './replica.ts'
import { pause, type Time } from './time.ts'

/** Milliseconds that an answer to a probe may take. */
const longestProbe = 5000
/** Milliseconds until a replica is looked at again that a probe has found dead, doubled each time up to the usual. */
const firstAgain = 1000

/** Asks a replica over and over whether it is alive, until the signal aborts. `changed` is told of deaths and returns. */
export async function keepProbing(
  replica: Replica,
  time: Time,
  changed: (failure: Failure | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const { probeEvery: every } = replica
  for (let dead = 0; !signal.aborted;) {
    const ms = dead === 0 ? every : Math.min(every, firstAgain * 2 ** (dead - 1))
    try {
      // Not all probes of all servers are sent at the same time.
      await pause(ms * (0.75 + time.random() / 2), time, signal)
    } catch {
      return
    }
    const sentAt = time.now()
    const failure = await probeOnce(replica, time, signal)
    if (signal.aborted) return
    if (replica.probed(failure, time.now() - sentAt)) changed(failure)
    dead = failure === null ? 0 : dead + 1
  }
}

/** Null where it is alive. */
async function probeOnce({ probe }: Replica, { after }: Time, signal: AbortSignal): Promise<Failure | null> {
  const late = new AbortController()
  const cancel = after(longestProbe, () => late.abort(tooLate()))
  try {
    await probe(AbortSignal.any([signal, late.signal]))
    return null
  } catch (error) {
    return toFailure(error)
  } finally {
    cancel()
  }
}

function tooLate(): Failure {
  return new Failure('engine-lost', 'The server is silent.', { cause: `no answer in ${longestProbe} ms` })
}
