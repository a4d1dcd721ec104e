import type { ChosenToken } from '../../../chat/event.ts'

/** A piece of text that ends between characters, and the tokens it stands for. */
export interface TextPiece {
  readonly text: string
  readonly tokens: number
  readonly logprobs: readonly ChosenToken[]
}

/**
 * Turns the bytes of one token after another into text that is never cut inside a UTF-8 character. A token that shows
 * nothing, or only the beginning of a character, is counted with the next piece that comes out.
 */
export class WholeText {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #tokens = 0
  #logprobs: ChosenToken[] = []

  /** What may be shown now that these bytes of one token have come, or null while nothing may. */
  take(bytes: Uint8Array, logprob: ChosenToken | null): TextPiece | null {
    this.#tokens += 1
    if (logprob !== null) this.#logprobs.push(logprob)
    return this.#give(this.#decoder.decode(bytes, { stream: true }))
  }

  /** What is left at the end: an unfinished character as U+FFFD, and tokens that showed nothing. */
  rest(): TextPiece | null {
    const text = this.#decoder.decode()
    return text === '' && this.#tokens > 0 ? this.#count('') : this.#give(text)
  }

  #give(text: string): TextPiece | null {
    return text === '' ? null : this.#count(text)
  }

  #count(text: string): TextPiece {
    const piece = { text, tokens: this.#tokens, logprobs: this.#logprobs }
    this.#tokens = 0
    this.#logprobs = []
    return piece
  }
}
