import type { Tool } from '../../chat/request.ts'

/**
 * Reads a text a character at a time. `yield` waits for the next one. `yield take` is the quick way through long text: it
 * gives all that come to `take`, until that returns true, and then yields the last of them.
 */
export type Reading<Result> = Generator<Taker | undefined, Result, string>

export type Taker = (char: string) => boolean

/** What may stand between the signs of JSON and between marks. */
export const blanks = ' \t\r\n'

/**
 * Reads one of `marks`, blank before it aside; gives the empty text at the first character where none of them can follow.
 * `first` was read before.
 */
export function* readMark(marks: readonly string[], first = ''): Reading<string> {
  let text = first === '' ? yield : first
  while (blanks.includes(text)) text = yield
  while (!marks.includes(text)) {
    if (!marks.some((mark) => mark.startsWith(text))) return ''
    text += yield
  }
  return text
}

/** Reads the name of a tool as `write` spells it, with what surrounds it; undefined where no tool can follow. */
export function* readTool(
  tools: readonly Tool[],
  write: (name: string) => string,
): Reading<Tool | undefined> {
  const text = yield* readMark(tools.map(({ name }) => write(name)))
  return tools.find(({ name }) => write(name) === text)
}

/** Reads up to the character `end` and gives what stands before it. */
export function* readUntil(end: string): Reading<string> {
  let text = ''
  for (let char = yield; char !== end; char = yield) text += char
  return text
}
