import { type HealthLogLine, type PoolLogLine, poolEngine } from '../../src/engines/pool/pool-engine.ts'
import { upstreamEngine, type UpstreamOptions } from '../../src/engines/upstream/upstream-engine.ts'
import { aReplica } from './a-replica.ts'

/** An engine over the server at `url`, which speaks as vLLM does unless told otherwise. */
export function anUpstream(url: string, changed: Partial<UpstreamOptions> = {}) {
  let ids = 0
  return upstreamEngine({
    name: 'test/model',
    server: 'vllm',
    url,
    model: 'model',
    key: '',
    budget: 'auto',
    media: null,
    newId: () => `id-${++ids}`,
    clock: () => 0,
    log: () => {},
    ...changed,
  })
}

/** A pool over them. Its time runs a hundred times as fast as ours, but for `patience`, which is in ours. */
export function aPool(
  servers: readonly { readonly url: string }[],
  changed: Partial<UpstreamOptions> & { readonly patience?: number } = {},
  log: (line: PoolLogLine | HealthLogLine) => void = () => {},
) {
  const { patience = 60_000, ...upstream } = changed
  return poolEngine({
    name: 'test/model',
    replicas: servers.map(({ url }) => aReplica(url, anUpstream(url, upstream))),
    patience: { firstEvent: patience * 100, nextEvent: patience * 100 },
    wholeUpTo: 1024,
    waits: true,
    time: {
      now: () => performance.now() * 100,
      after(ms, run) {
        const timer = setTimeout(run, ms / 100)
        return () => clearTimeout(timer)
      },
      random: () => 0.5,
    },
    log,
  })
}
