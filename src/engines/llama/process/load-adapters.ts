import { Failure } from '../../../chat/failure.ts'
import type { Adapter } from '../../../chat/tuning.ts'
import type { Llama, Pointer } from '../bindings.ts'

/**
 * Loads adapters of a model, before its context is made, which makes room for them. Gives what has them work in that.
 * Throws a `Failure` when llama.cpp refuses one.
 */
export function loadAdapters(
  llama: Llama,
  model: Pointer,
  adapters: readonly Adapter[],
): (context: Pointer) => void {
  const loaded = adapters.map(({ file }) => {
    const adapter = llama.llama_adapter_lora_init(model, file)
    if (Number(adapter) === 0) throw new Failure('internal', `llama.cpp cannot load the adapter ${file}.`)
    return BigInt(adapter)
  })
  const scales = Float32Array.from(adapters, ({ scale }) => scale)
  return (context) =>
    void llama.llama_set_adapters_lora(context, BigUint64Array.from(loaded), loaded.length, scales)
}
