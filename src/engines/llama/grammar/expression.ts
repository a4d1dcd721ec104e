/**
 * What a grammar's rules are made of. Texts and classes are of Unicode code points, as llama.cpp's are. Without a `rule`
 * in it an expression is a regular one, and `automaton.ts` can make an automaton of it.
 */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  /** One character of the ranges. Never empty in a grammar. */
  | { readonly kind: 'class'; readonly ranges: Ranges }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  /** Of no options: nothing at all, not even the empty text. */
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  /** `max` may be `Infinity`. */
  | { readonly kind: 'repeat'; readonly part: Expression; readonly min: number; readonly max: number }

export type Rule = Expression & { readonly kind: 'rule' }

/** First and last code point of each range, in ascending order, neither touching nor overlapping. */
export type Ranges = readonly (readonly [number, number])[]

export function text(text: string): Expression {
  return { kind: 'text', text }
}

export function oneOf(ranges: Ranges): Expression {
  return { kind: 'class', ranges }
}

export function rule(name: string): Rule {
  return { kind: 'rule', name }
}

export function sequence(...parts: readonly Expression[]): Expression {
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts }
}

export function choice(options: readonly Expression[]): Expression {
  return options.length === 1 && options[0] ? options[0] : { kind: 'choice', options }
}

export function repeat(part: Expression, min: number, max: number): Expression {
  return { kind: 'repeat', part, min, max }
}

export function optional(part: Expression): Expression {
  return repeat(part, 0, 1)
}

export const empty = text('')
export const nothing = choice([])
