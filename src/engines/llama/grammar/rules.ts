import { Failure } from '../../../chat/failure.ts'
import type { Automaton } from './automaton.ts'
import type { Expression, Rule } from './expression.ts'
import { choice, nothing, repeat, rule, sequence, text } from './expression.ts'
import type { JsonText } from './json-text.ts'
import { jsonText } from './json-text.ts'
import type { Site } from './work.ts'
import { Work } from './work.ts'

/** A whole grammar: every rule that it names is in it, and can end. `root` is where it begins. */
export type Grammar = ReadonlyMap<string, Expression>

/**
 * The parts that a grammar may have, counted as llama.cpp keeps them, repetitions written out. Reading one of this size
 * takes llama.cpp some tens of milliseconds, for each choice of an answer.
 */
const mostParts = 60_000

/** Copies that one repetition may make; llama.cpp refuses 2,000 and silently takes more to mean any number. */
const mostCopies = 32

/** Collects the rules of one grammar and keeps their number within bounds. */
export class Rules {
  readonly json: JsonText
  readonly work = new Work()
  /** The automata of patterns that have been met. */
  readonly patterns = new Map<string, Automaton>()
  readonly #rules: Map<string, Expression>
  readonly #needed: { readonly whole: Expression; readonly field: string }[] = []
  readonly #made = new Map<unknown, Expression>()
  #parts = 0
  #field: string

  /** `field`: what of the request is being compiled, for messages. */
  constructor(field: string, angles: 'plain' | 'escaped' = 'plain') {
    this.#field = field
    this.json = jsonText(angles)
    this.#rules = new Map(this.json.rules)
  }

  /** What is compiled from here on. */
  begin(field: string): void {
    this.#field = field
  }

  at(field: string): Site {
    return { field, work: this.work }
  }

  /** Gives the whole of what is compiled, which must be possible. */
  need(whole: Expression): Expression {
    this.#needed.push({ whole, field: this.#field })
    return whole
  }

  /** A rule of its own, of a kind that is only for the reader of a grammar. */
  add(kind: string, body: Expression): Expression {
    const added = this.reserve(kind)
    this.define(added, body)
    return added
  }

  /** A rule that may be named before it is defined. */
  reserve(kind: string): Rule {
    this.#count(1)
    return rule(`${kind}-${this.#parts}`)
  }

  define({ name }: Rule, body: Expression): void {
    this.#count(partsOf(body))
    this.#rules.set(name, body)
  }

  /** What was made for the same key before, or what is made now. */
  once(key: unknown, make: () => Expression): Expression {
    const known = this.#made.get(key) ?? make()
    this.#made.set(key, known)
    return known
  }

  /** `part` from `min` to `max` times, in few rules however often that is. `part` must not match the empty text. */
  repeat(part: Expression, min: number, max: number): Expression {
    if (max <= mostCopies && partsOf(part) === 1) return repeat(part, min, max)
    const small = partsOf(part) === 1 ? part : this.add('part', part)
    if (max === Infinity) return sequence(this.#exactly(small, min), repeat(small, 0, Infinity))
    return sequence(this.#exactly(small, min), this.#upTo(small, max - min))
  }

  #exactly(part: Expression, times: number): Expression {
    if (times <= mostCopies) return repeat(part, times, times)
    return sequence(
      this.#exactly(this.#block(part), Math.floor(times / mostCopies)),
      repeat(part, times % mostCopies, times % mostCopies),
    )
  }

  /**
   * A number of whole blocks, and then some parts that are fewer than a block, unless no more blocks may follow. While
   * it is matched there are never more than two ways to go on, for each level of blocks.
   */
  #upTo(part: Expression, times: number): Expression {
    if (times <= mostCopies) return repeat(part, 0, times)
    let size = mostCopies
    let block = this.#block(part)
    while (size * mostCopies <= times) {
      size *= mostCopies
      block = this.#block(block)
    }
    const fewer = this.once(`fewer ${JSON.stringify([block, size])}`, () =>
      this.add('fewer', this.#upTo(part, size - 1)),
    )
    let rest = this.add('rest', this.#upTo(part, times % size))
    for (let blocks = Math.floor(times / size); blocks > 0; blocks--)
      rest = this.add('rest', choice([fewer, sequence(block, rest)]))
    return rest
  }

  #block(part: Expression): Expression {
    return this.once(`block ${JSON.stringify(part)}`, () =>
      this.add('block', repeat(part, mostCopies, mostCopies)),
    )
  }

  /**
   * The grammar that begins with `root`, without what can never end. Throws a `Failure` naming what is needed and cannot.
   */
  finish(root: Expression): Grammar {
    const rules = new Map([...this.#rules, ['root', root]])
    const endless = endlessRules(rules)
    for (const { whole, field } of this.#needed)
      if (!canEnd(whole, endless))
        throw new Failure('invalid-request', `${field} allows no value at all.`, { field })
    const grammar = new Map<string, Expression>()
    const names = new Set(['root'])
    for (const name of names) {
      const pruned = prune(rules.get(name) ?? nothing, endless)
      grammar.set(name, pruned)
      for (const next of namesIn(pruned)) names.add(next)
    }
    return grammar
  }

  #count(parts: number): void {
    this.#parts += parts
    if (this.#parts <= mostParts) return
    throw new Failure(
      'invalid-request',
      `${this.#field} is too large to be enforced: its grammar would have more than ${mostParts} parts.`,
      { field: this.#field },
    )
  }
}

function partsOf(expression: Expression): number {
  switch (expression.kind) {
    case 'text':
      return expression.text.length
    case 'class':
      return 1 + (expression.ranges.length >> 1)
    case 'rule':
      return 1
    case 'sequence':
      return expression.parts.reduce((sum, part) => sum + partsOf(part), 0)
    case 'choice':
      return expression.options.reduce((sum, option) => sum + 1 + partsOf(option), 0)
    case 'repeat': {
      const { part, min, max } = expression
      return (1 + partsOf(part)) * Math.max(1, min, max === Infinity ? 0 : max)
    }
  }
}

/** The rules that no text can ever match to the end, such as an object that requires itself. */
function endlessRules(rules: Grammar): ReadonlySet<string> {
  const users = new Map<string, string[]>()
  for (const [name, body] of rules)
    for (const used of namesIn(body)) {
      const known = users.get(used)
      if (known) known.push(name)
      else users.set(used, [name])
    }
  const endless = new Set(rules.keys())
  const waiting = [...rules.keys()]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (!endless.has(name) || !canEnd(rules.get(name) ?? nothing, endless)) continue
    endless.delete(name)
    waiting.push(...(users.get(name) ?? []))
  }
  return endless
}

function canEnd(expression: Expression, endless: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case 'text':
      return true
    case 'class':
      return expression.ranges.length > 0
    case 'rule':
      return !endless.has(expression.name)
    case 'sequence':
      return expression.parts.every((part) => canEnd(part, endless))
    case 'choice':
      return expression.options.some((option) => canEnd(option, endless))
    case 'repeat':
      return expression.min === 0 || canEnd(expression.part, endless)
  }
}

function prune(expression: Expression, endless: ReadonlySet<string>): Expression {
  switch (expression.kind) {
    case 'text':
    case 'class':
    case 'rule':
      return expression
    case 'sequence':
      return sequence(...expression.parts.map((part) => prune(part, endless)))
    case 'choice': {
      const options = expression.options.filter((option) => canEnd(option, endless))
      return choice(options.map((option) => prune(option, endless)))
    }
    case 'repeat': {
      const { part, min, max } = expression
      return canEnd(part, endless) ? repeat(prune(part, endless), min, max) : text('')
    }
  }
}

function namesIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'text':
    case 'class':
      return []
    case 'rule':
      return [expression.name]
    case 'sequence':
      return expression.parts.flatMap(namesIn)
    case 'choice':
      return expression.options.flatMap(namesIn)
    case 'repeat':
      return namesIn(expression.part)
  }
}
