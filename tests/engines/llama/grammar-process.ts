import { bindLlama } from '../../../src/engines/llama/bindings.ts'
import { findLibraries } from '../../../src/engines/llama/libraries.ts'
import { Candidates } from '../../../src/engines/llama/process/candidates.ts'
import { readFirstBytes } from '../../../src/engines/llama/process/first-bytes.ts'
import { GrammarState } from '../../../src/engines/llama/process/grammar-state.ts'

interface Question {
  readonly rules: string
  readonly texts: readonly string[]
  readonly ask: 'take' | 'rule out'
}

// Says for whoever forked it with the path of a model what llama.cpp takes by a grammar, a token at a time. In a process of
// its own because llama.cpp writes its log to standard error, and could end it.
const [, , file = ''] = process.argv
const llama = bindLlama(findLibraries())
const model = llama.llama_model_load_from_file(file, llama.llama_model_default_params())
const vocab = llama.llama_model_get_vocab(model)
const vocabSize = llama.llama_vocab_n_tokens(vocab)
const end = Array.from({ length: vocabSize }, (_, token) => token).find((token) =>
  llama.llama_vocab_is_eog(vocab, token),
)
const first = readFirstBytes(llama, vocab, vocabSize)
const room = new Int32Array(65_536)
const piece = new Uint8Array(512)

const of = {
  llama,
  context: 0,
  vocab,
  vocabSize,
  contextLength: 0,
  tokenize(text: string): readonly number[] {
    const bytes = Buffer.from(text)
    const count = llama.llama_tokenize(vocab, bytes, bytes.length, room, room.length, false, true)
    return [...room.subarray(0, count)]
  },
  firstBytes: () => first,
  show(token: number) {
    const bytes = piece.slice(0, llama.llama_token_to_piece(vocab, token, piece, piece.length, 0, true))
    return { bytes, text: new TextDecoder().decode(bytes) }
  },
}
const candidates = new Candidates(of)

function take(rules: string, text: string): 'whole' | 'begun' | 'no' {
  const state = new GrammarState(of, candidates, { rules, begun: '' })
  try {
    for (const token of of.tokenize(text)) {
      if (!state.allows(token)) return 'no'
      state.accept(token)
    }
    return state.allows(end ?? 0) ? 'whole' : 'begun'
  } finally {
    state.free()
  }
}

/** How many tokens, at all places of a text, are ruled out by their first byte, and how many of them wrongly. */
function ruleOut(rules: string, text: string): readonly [number, number] {
  const state = new GrammarState(of, candidates, { rules, begun: '' })
  let [out, wrongly] = [0, 0]
  const look = (): void => {
    const marked = state.firstBytes(first)
    for (const [token, byte] of first.of.entries()) {
      if (marked[byte] === 1) continue
      out += 1
      if (state.allows(token)) wrongly += 1
    }
  }
  for (const token of of.tokenize(text)) {
    look()
    state.accept(token)
  }
  look()
  state.free()
  return [out, wrongly]
}

process.on('message', ({ rules, texts, ask }: Question) => {
  process.send?.(texts.map((text) => (ask === 'take' ? take(rules, text) : ruleOut(rules, text))))
})
process.on('disconnect', () => process.exit(0))
