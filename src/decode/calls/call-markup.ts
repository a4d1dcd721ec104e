import type { Tool } from '../../chat/request.ts'

/** How a family of models writes calls. Every mark begins with `<` and has no other. */
export interface CallMarkup {
  /** Texts that begin a block of calls, also in a thought that was not closed. None: the whole answer is one block. */
  readonly openMarks: readonly string[]
  /** Texts that begin a block where the model leaves the open mark out; too plain to end a thought. */
  readonly bareMarks: readonly string[]
  /** Texts that may follow a block and are dropped there. Nothing depends on them. */
  readonly closeMarks: readonly string[]
  /**
   * Reads a block from behind its `mark`, and tells `calls` what it finds. Returns true with the block's last character,
   * and false with the first one that does not belong there.
   */
  read(mark: string, calls: CallSink, tools: readonly Tool[]): Reading<boolean>
}

/**
 * Reads a text a character at a time. `yield` waits for the next one. `yield take` is the quick way through long text: it
 * gives all that come to `take`, until that returns true, and then yields the last of them.
 */
export type Reading<Result> = Generator<Taker | undefined, Result, string>

export type Taker = (char: string) => boolean

/**
 * What is told of the calls in a block, one after the other. `held` is the end of what was read, should nothing have been
 * told of that yet.
 */
export interface CallSink {
  begin(tool: Tool, held?: string): void
  /** More JSON text of the arguments. */
  say(text: string, held?: string): void
  /** The call is whole. One of which nothing was said has the arguments `{}`. */
  end(): void
}

/** What may stand between the signs of JSON and between marks. */
export const blanks = ' \t\r\n'

/** Reads one of `marks`, blank before it aside; the empty text where none of them can follow. `first`: what is read. */
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
