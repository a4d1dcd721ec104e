/**
 * Where engines note what they do for one answer beside its events, for whoever asks later what became of it. Nothing
 * that anybody said stands there. To note something never throws and takes no time to speak of.
 */
export interface Notes {
  /** What goes along to servers that are asked: the headers `traceparent` and `tracestate` of W3C's Trace Context. */
  readonly context: Readonly<Record<string, string>>
  /** One engine of several is asked. It notes what it does in what this gives. */
  asked(engine: string): AttemptNotes
  /** The answer waits for nobody any more: its prompt begins to be read. */
  started(): void
  /** Something was settled that the request left open, such as where counts come from. The last word holds. */
  decided(what: string, value: string | number): void
}

export interface AttemptNotes extends Notes {
  /** Only the first word of how it ended holds. `answer`: what becomes of the answer. */
  ended(outcome: Attempt['outcome'], cause: string, answer: Attempt['answer']): void
}

/** One engine that was asked for an answer. Times are milliseconds since 1970. */
export interface Attempt {
  readonly engine: string
  readonly beganAt: number
  readonly endedAt: number
  /** `whole`: it said all that it was to say. `left`: nobody waited for its end. Else the kind of its failure. */
  readonly outcome: string
  /** What lay behind a failure, for the operator; empty where nothing did. */
  readonly cause: string
  /** What became of the answer; empty where nothing had to. */
  readonly answer: '' | 'asked for again' | 'goes on' | 'ends'
}

/** For answers that nobody will ask about. */
export const unnoted: AttemptNotes = {
  context: {},
  asked: () => unnoted,
  started: () => {},
  decided: () => {},
  ended: () => {},
}
