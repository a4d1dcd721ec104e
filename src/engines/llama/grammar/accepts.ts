import type { Expression } from './expression.ts'
import { sequence, text } from './expression.ts'
import type { Grammar } from './rules.ts'

/** What is still to come: a part, and what follows it. The end is null. */
type Path = { readonly id: number; readonly part: Expression; readonly next: Path } | null

/**
 * Whether a text that a grammar describes begins with `read`, and whether `read` is one itself. Walks all ways through the
 * grammar at once, as llama.cpp does, and is meant for texts as long as a caller writes.
 */
export function accepts(grammar: Grammar, read: string): 'whole' | 'begun' | 'no' {
  const walk = new Walk(grammar)
  let paths = walk.start()
  for (const character of read) paths = walk.take(paths, character)
  if (paths.has(null)) return 'whole'
  return paths.size > 0 ? 'begun' : 'no'
}

class Walk {
  readonly #grammar: Grammar
  /** Equal paths are one object, so that ways that meet go on as one. */
  readonly #paths = new Map<string, Path>()
  readonly #parts = new Map<Expression, number>()

  constructor(grammar: Grammar) {
    this.#grammar = grammar
  }

  start(): ReadonlySet<Path> {
    return this.#open([this.#path({ kind: 'rule', name: 'root' }, null)])
  }

  take(paths: ReadonlySet<Path>, character: string): ReadonlySet<Path> {
    const point = character.codePointAt(0) ?? 0
    const next: Path[] = []
    for (const path of paths) {
      if (path?.part.kind === 'class') {
        if (path.part.ranges.some(([from, to]) => from <= point && point <= to)) next.push(path.next)
      } else if (path?.part.kind === 'text' && path.part.text.startsWith(character))
        next.push(this.#path(text(path.part.text.slice(character.length)), path.next))
    }
    return this.#open(next)
  }

  #path(part: Expression, next: Path): Path {
    const key = `${this.#keyOf(part)} ${next?.id ?? ''}`
    const path = this.#paths.get(key) ?? { id: this.#paths.size, part, next }
    this.#paths.set(key, path)
    return path
  }

  #keyOf(part: Expression): string {
    if (part.kind === 'text') return JSON.stringify(part.text)
    if (part.kind === 'rule') return part.name
    if (part.kind === 'repeat') return `${this.#keyOf(part.part)}{${part.min},${part.max}}`
    const id = this.#parts.get(part) ?? this.#parts.size
    this.#parts.set(part, id)
    return `#${id}`
  }

  /** The paths that these lead to without reading, as far as a character must be read next or the text may end. */
  #open(paths: readonly Path[]): ReadonlySet<Path> {
    const seen = new Set(paths)
    const opened = new Set<Path>()
    for (const path of seen) {
      if (path === null || path.part.kind === 'class' || (path.part.kind === 'text' && path.part.text !== ''))
        opened.add(path)
      else for (const next of this.#step(path.part, path.next)) seen.add(next)
    }
    return opened
  }

  #step(part: Expression, next: Path): Path[] {
    switch (part.kind) {
      case 'text':
      case 'class':
        return [next]
      case 'rule':
        return [this.#path(this.#grammar.get(part.name) ?? { kind: 'choice', options: [] }, next)]
      case 'sequence': {
        const [first, ...rest] = part.parts
        if (first === undefined) return [next]
        return [this.#path(first, rest.length === 0 ? next : this.#path(this.#rest(part), next))]
      }
      case 'choice':
        return part.options.map((option) => this.#path(option, next))
      case 'repeat': {
        const { part: each, min, max } = part
        const rest: Expression = { kind: 'repeat', part: each, min: Math.max(0, min - 1), max: max - 1 }
        const once = max > 0 ? [this.#path(each, this.#path(rest, next))] : []
        return min === 0 ? [next, ...once] : once
      }
    }
  }

  readonly #rests = new Map<Expression, Expression>()

  /** All but the first part of a sequence, the same object each time. */
  #rest(part: Expression & { readonly kind: 'sequence' }): Expression {
    const rest = this.#rests.get(part) ?? sequence(...part.parts.slice(1))
    this.#rests.set(part, rest)
    return rest
  }
}
