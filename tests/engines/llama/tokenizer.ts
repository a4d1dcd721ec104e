import { fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll } from 'vitest'

interface Token {
  readonly id: number
  readonly isEnd: boolean
}

/** Tokenises prompts, one after the other, with the vocabulary of a model's file. It ends with the tests that start it. */
export function startTokenizer(file: string): (pieces: readonly string[]) => Promise<readonly Token[]> {
  const tokenizer = fork(new URL('tokenizer-process.ts', import.meta.url), [file], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  afterAll(() => tokenizer.disconnect())
  return async (pieces) => {
    const answered = once(tokenizer, 'message')
    tokenizer.send(pieces)
    const [tokens] = await answered
    return tokens
  }
}
