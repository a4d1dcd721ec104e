import { upstreamEngine, type UpstreamOptions } from '../../src/engines/upstream/upstream-engine.ts'

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
    newId: () => `id-${++ids}`,
    clock: () => 0,
    log: () => {},
    ...changed,
  })
}
