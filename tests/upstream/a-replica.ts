import type { Engine } from '../../src/chat/engine.ts'
import type { ReplicaOptions } from '../../src/engines/pool/replica.ts'

/** An engine as one of a pool, which is asked for whatever there is. */
export function aReplica(
  name: string,
  engine: Engine,
  changed: Partial<ReplicaOptions> = {},
): ReplicaOptions {
  return {
    id: name,
    name,
    kind: 'test',
    weight: 1,
    most: 100,
    rank: 0,
    memory: 0,
    engine,
    isDraining: () => false,
    probe: () => Promise.resolve(),
    probeEvery: 0,
    ...changed,
  }
}
