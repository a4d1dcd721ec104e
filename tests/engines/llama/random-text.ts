import type { Expression } from '../../../src/engines/llama/grammar/expression.ts'
import type { Grammar } from '../../../src/engines/llama/grammar/rules.ts'

/** Choices after which a text goes the shortest way to its end. */
const mostChoices = 200

/** A text that a grammar describes, drawn with `random`, which gives numbers from 0 to 1 as `Math.random` does. */
export function randomText(grammar: Grammar, random: () => number): string {
  const heights = heightsOf(grammar)
  let choices = 0

  function pick(below: number): number {
    choices += 1
    return Math.floor(random() * below)
  }

  function write(expression: Expression): string {
    switch (expression.kind) {
      case 'text':
        return expression.text
      case 'class': {
        const [from, to] = expression.ranges[pick(expression.ranges.length)] ?? [0, 0]
        return String.fromCodePoint(from + pick(Math.min(to - from + 1, 128)))
      }
      case 'rule':
        return write(grammar.get(expression.name) ?? { kind: 'choice', options: [] })
      case 'sequence':
        return expression.parts.map(write).join('')
      case 'choice': {
        const { options } = expression
        const shortest = Math.min(...options.map((option) => heightOf(option, heights)))
        const open =
          choices < mostChoices ? options : options.filter((each) => heightOf(each, heights) === shortest)
        return write(open[pick(open.length)] ?? { kind: 'text', text: '' })
      }
      case 'repeat': {
        const { part, min, max } = expression
        const more = choices < mostChoices ? pick(Math.min(max - min, 3) + 1) : 0
        return Array.from({ length: min + more }, () => write(part)).join('')
      }
    }
  }

  return write({ kind: 'rule', name: 'root' })
}

/** How many rules must stand within each other at least, until each rule ends. */
function heightsOf(grammar: Grammar): ReadonlyMap<string, number> {
  const heights = new Map<string, number>()
  for (let changed = true; changed;) {
    changed = false
    for (const [name, body] of grammar) {
      const height = 1 + heightOf(body, heights)
      if (height >= (heights.get(name) ?? Infinity)) continue
      heights.set(name, height)
      changed = true
    }
  }
  return heights
}

function heightOf(expression: Expression, heights: ReadonlyMap<string, number>): number {
  switch (expression.kind) {
    case 'text':
    case 'class':
      return 0
    case 'rule':
      return heights.get(expression.name) ?? Infinity
    case 'sequence':
      return Math.max(0, ...expression.parts.map((part) => heightOf(part, heights)))
    case 'choice':
      return Math.min(...expression.options.map((option) => heightOf(option, heights)))
    case 'repeat':
      return expression.min === 0 ? 0 : heightOf(expression.part, heights)
  }
}
