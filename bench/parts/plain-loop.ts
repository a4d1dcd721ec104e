import { addressOf, bindLlama } from '../../src/engines/llama/bindings.ts'
import { findLibraries } from '../../src/engines/llama/libraries.ts'

// The yardstick of `decode.ts`: the least that decoding takes with these libraries. One batch, greedy samplers, nothing
// else. Forked with a model, a number of threads, of sequences and of tokens; sends back what it measured.
export interface Measured {
  readonly tokens: number
  readonly ms: number
  readonly cpuMs: number
}

const [, , file = '', threads = '1', sequences = '1', steps = '100'] = process.argv
process.send?.(decodePlainly(file, Number(threads), Number(sequences), Number(steps)))
process.disconnect()

function decodePlainly(path: string, threadCount: number, slots: number, stepCount: number): Measured {
  const llama = bindLlama(findLibraries())
  const model = llama.llama_model_load_from_file(path, llama.llama_model_default_params())
  const context = llama.llama_init_from_model(model, {
    ...llama.llama_context_default_params(),
    n_ctx: 2048 * slots,
    n_batch: 256,
    n_ubatch: 256,
    n_seq_max: slots,
    n_threads: threadCount,
    n_threads_batch: threadCount,
    kv_unified: true,
  })
  const pool = llama.ggml_threadpool_new({ ...llama.ggml_threadpool_params_default(threadCount), poll: 0 })
  llama.llama_attach_threadpool(context, pool, pool)
  const samplers = Array.from({ length: slots }, () => {
    const chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
    return chain
  })
  const tokens = new Int32Array(new ArrayBuffer(slots * 4)).fill(1000)
  const positions = new Int32Array(new ArrayBuffer(slots * 4))
  const slotOf = Int32Array.from({ length: slots }, (_, slot) => slot)
  const ones = new Int32Array(new ArrayBuffer(slots * 4)).fill(1)
  const outputs = new Int8Array(new ArrayBuffer(slots)).fill(1)
  const base = BigInt(addressOf(slotOf))
  const pointers = BigUint64Array.from({ length: slots }, (_, slot) => base + BigInt(slot * 4))
  const batch = {
    n_tokens: slots,
    token: addressOf(tokens),
    embd: 0,
    pos: addressOf(positions),
    n_seq_id: addressOf(ones),
    seq_id: addressOf(pointers),
    logits: addressOf(outputs),
  }
  const step = (): void => {
    llama.llama_decode(context, batch)
    for (const [slot, sampler] of samplers.entries()) {
      tokens[slot] = llama.llama_sampler_sample(sampler, context, slot)
      positions[slot] = (positions[slot] ?? 0) + 1
    }
  }
  for (let warm = 0; warm < 16; warm++) step()
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  for (let count = 0; count < stepCount; count++) step()
  const { user, system } = process.cpuUsage(cpu)
  return { tokens: stepCount * slots, ms: performance.now() - began, cpuMs: (user + system) / 1000 }
}
