import type { EngineReport, ReplicaState } from '../../chat/replica-state.ts'

/** `now`: milliseconds since 1970. */
export function writeEngine({ model, state, replicas }: EngineReport, now: number): object {
  return { model, ...state, replicas: replicas.map((replica) => writeReplica(replica, now)) }
}

export function writeReplica(replica: ReplicaState, now: number): object {
  const { lastFailure } = replica
  return {
    id: replica.id,
    name: replica.name,
    kind: replica.kind,
    status: replica.status,
    reason: replica.reason,
    running: replica.running,
    waiting: replica.waiting,
    weight: replica.weight,
    most: replica.most,
    rank: replica.rank,
    draining: replica.draining,
    memory_bytes: replica.memory,
    circuit: replica.circuit,
    health: replica.health,
    probe_ms: rounded(replica.probeMs),
    answers: replica.answers,
    failures: replica.failures,
    last_failure:
      lastFailure === null
        ? null
        : {
            kind: lastFailure.kind,
            cause: lastFailure.cause,
            at: new Date(now - lastFailure.ago).toISOString(),
          },
    first_event_ms: rounded(replica.firstEventMs),
    prompt_tokens: replica.promptTokens,
    cached_tokens: replica.cachedTokens,
  }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}
