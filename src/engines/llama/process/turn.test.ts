import { describe, expect, test } from 'vitest'
import { Turn } from './turn.ts'

const plan = {
  from: 'start',
  budget: 3,
  open: '<think>',
  close: '</think>',
  enders: ['<tool_call>'],
} as const

/** The token with which the model ends its text. */
const end = ''

/** Feeds tokens; gives how many were taken before the thought had to be closed or the answer was full. */
function run(turn: Turn, tokens: readonly string[]): { taken: number; stopped: 'closed' | 'full' | 'no' } {
  for (const [index, token] of tokens.entries()) {
    if (turn.mustClose(token, token === end)) return { taken: index, stopped: 'closed' }
    if (turn.take(token) === 'full') return { taken: index + 1, stopped: 'full' }
  }
  return { taken: tokens.length, stopped: 'no' }
}

describe('the thinking budget', () => {
  test('counts tokens between the marks, not the marks or the line break after the first', () => {
    const tokens = ['<think>', '\n', 'a', 'b', 'c', 'd']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 5, stopped: 'closed' })
  })

  test('lets the close mark pass when it is used up', () => {
    const tokens = ['<think>', 'a', 'b', 'c', '</think>', '\n\n', 'x']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 7, stopped: 'no' })
  })

  test('of nothing allows the mark and its line break alone', () => {
    const tokens = ['<think>', '\n', '\n']
    expect(run(new Turn({ ...plan, budget: 0 }, 9, false), tokens)).toEqual({ taken: 2, stopped: 'closed' })
  })

  test('counts a space after the open mark, which is thought', () => {
    const tokens = ['<think>', ' ', 'a', 'b', 'c']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 4, stopped: 'closed' })
  })

  test('holds from the first token where the prompt has opened the thought', () => {
    const tokens = ['\n', 'a', 'b', 'c']
    expect(run(new Turn({ ...plan, from: 'prompt' }, 9, false), tokens)).toEqual({
      taken: 3,
      stopped: 'closed',
    })
  })

  test('holds for marks that are several tokens', () => {
    const tokens = ['<', 'think', '>', 'a', 'b', 'c', 'd']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 6, stopped: 'closed' })
  })

  test('ends where a call begins without a close mark', () => {
    const tokens = ['<think>', 'a', '<tool_call>', '{', '}', 'x', 'y', 'z']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 8, stopped: 'no' })
  })

  test('is of no concern to an answer that does not begin with a thought', () => {
    const tokens = ['so', '<think>', 'a', 'b', 'c', 'd', 'e']
    expect(run(new Turn(plan, 9, false), tokens)).toEqual({ taken: 7, stopped: 'no' })
  })
})

describe('the answer limit', () => {
  test('counts every token where there is no thought', () => {
    expect(run(new Turn({ from: 'never' }, 2, false), ['\n', 'a', 'b'])).toEqual({
      taken: 2,
      stopped: 'full',
    })
    expect(run(new Turn(plan, 2, false), ['\n', '\n', 'a'])).toEqual({ taken: 2, stopped: 'full' })
  })

  test('begins after the line breaks that follow a thought', () => {
    const tokens = ['<think>', 'a', '</think>', '\n\n', 'x', 'y', 'z']
    expect(run(new Turn(plan, 2, false), tokens)).toEqual({ taken: 6, stopped: 'full' })
  })

  test('is reached by a model that writes nothing but line breaks', () => {
    const tokens = ['<think>', '</think>', ...Array.from({ length: 50 }, () => '\n')]
    expect(run(new Turn(plan, 2, false), tokens)).toEqual({ taken: 12, stopped: 'full' })
  })
})

describe('the grammar of an answer', () => {
  test('binds neither the open mark nor the thought', () => {
    const turn = new Turn(plan, 9, false)
    expect(turn.isAnswer('<think>')).toBe(false)
    turn.take('<think>')
    expect(turn.isAnswer('a')).toBe(false)
    turn.take('</think>')
    expect(turn.isAnswer('\n')).toBe(true)
  })

  test('has a thought closed that a call, the end or its own close mark would break off', () => {
    for (const token of ['<tool_call>', end, '</think>{']) {
      expect(run(new Turn(plan, 9, true), ['<think>', 'a', token])).toEqual({ taken: 2, stopped: 'closed' })
      expect(run(new Turn(plan, 9, false), ['<think>', 'a', token])).toEqual({ taken: 3, stopped: 'no' })
    }
  })

  test('binds no token of an open mark of several, which must be finished once it has begun', () => {
    const turn = new Turn(plan, 9, true)
    expect(turn.isAnswer('\n<')).toBe(false)
    turn.take('\n<')
    expect([turn.isAnswer('think'), turn.isAnswer('tool'), turn.isAnswer(end)]).toEqual([false, true, true])
    expect([turn.owed('think'), turn.owed('tool'), turn.owed('think>{')]).toEqual(['', 'think>', ''])
    expect(turn.isAnswer('x<think>')).toBe(true)
  })

  test('binds the first token of an answer without a thought', () => {
    expect(new Turn(plan, 9, false).isAnswer('{')).toBe(true)
    expect(new Turn({ from: 'never' }, 9, false).isAnswer('<think>')).toBe(true)
  })
})
