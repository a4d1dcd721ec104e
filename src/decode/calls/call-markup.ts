import type { Tool } from '../../chat/request.ts'
import type { Reading } from './reading.ts'

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
