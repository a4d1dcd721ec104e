import { ask, type Question, type Said, type Server, type Turn } from './ask.ts'

/** What was said so far, and how to go on. */
export class Conversation {
  readonly model: string
  thinking: Question['thinking'] = 'default'
  /** What the model is told before everything else; empty for nothing. */
  system = ''
  readonly #server: Server
  #turns: Turn[] = []

  constructor(server: Server, model: string) {
    this.#server = server
    this.model = model
  }

  /** Forgets what was said. */
  clear(): void {
    this.#turns = []
  }

  /**
   * Asks with all that was said before, and gives the answer as it comes. An answer that was stopped is kept as far as
   * it came; a question that failed is forgotten. Throws as `ask` does.
   */
  async *ask(text: string, signal: AbortSignal): AsyncGenerator<Said, void> {
    const question: Turn = { role: 'user', content: text }
    const system: Turn[] = this.system === '' ? [] : [{ role: 'system', content: this.system }]
    let answer = ''
    try {
      const { model, thinking } = this
      const messages = [...system, ...this.#turns, question]
      for await (const said of ask(
        this.#server,
        { model, messages, thinking, answerLimit: 'default' },
        signal,
      )) {
        if (said.kind === 'answer') answer += said.text
        yield said
      }
    } finally {
      if (answer !== '') this.#turns.push(question, { role: 'assistant', content: answer })
    }
  }
}
