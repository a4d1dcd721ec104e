import { Failure } from '../../../chat/failure.ts'
import type { JsonObject } from '../../../chat/json.ts'
import type { CallSyntax } from '../../../chat/model.ts'
import type { Prompt, ToolUse } from '../../../chat/request.ts'
import { callMarkups } from '../../../decode/calls/call-markups.ts'
import { accepts } from './accepts.ts'
import type { CallWriter } from './call-syntaxes.ts'
import { callWriters } from './call-syntaxes.ts'
import { SchemaCompiler } from './compile-schema.ts'
import type { Expression } from './expression.ts'
import { choice, nothing, oneOf, optional, repeat, sequence, text } from './expression.ts'
import { textWith } from './marks.ts'
import { anyCharacter, charactersOf, invert } from './ranges.ts'
import type { Grammar } from './rules.ts'
import { Rules } from './rules.ts'
import type { PlacedTool } from './tool-arguments.ts'

/**
 * The grammar of what a request asks of an answer, thought not counted; null where it may be any text.
 *
 * - JSON, or JSON that follows a schema; where tools may be called, calls in its place.
 * - Where a call is required, calls and nothing else: of the one tool, or one or more of any.
 * - Else, where tools may be called, any text, in which each call is of one of them: with arguments by its schema where it
 *   is strict, and with any object where it is not. Where no tool is strict nothing was asked for, so this holds only for
 *   syntaxes whose grammar forbids no arguments, and for answers that have not begun otherwise.
 *
 * Throws a `Failure` that names the field for what cannot be enforced, and where what the answer already holds could not
 * begin such an answer.
 */
export function answerGrammar(prompt: Prompt): Grammar | null {
  const { tools, output, begun } = prompt
  const isForced = tools.mode === 'required' || tools.mode === 'one'
  const isStrict = tools.mode === 'auto' && tools.tools.some(({ strict }) => strict)
  const isAsked = output.kind !== 'text' || isForced || isStrict
  if (!isAsked && !isGuided(prompt)) return null
  const syntax = syntaxOf(prompt, isForced ? 'tool_choice' : isStrict ? 'tools' : null)
  const isMarked = syntax !== null && callWriters[syntax].isMarked
  const rules = new Rules('response_format', isMarked ? 'escaped' : 'plain')
  const blocks = syntax === null || tools.mode === 'none' ? null : blocksOf(syntax, tools, isAsked, rules)
  const grammar = rules.finish(rootOf(prompt, blocks, isForced, rules))
  if (begun.text === '' || canBegin(grammar, begun.text)) return grammar
  if (!isAsked) return null
  throw new Failure(
    'invalid-request',
    'prefix cannot begin an answer that follows response_format, tools and tool_choice.',
    { field: 'prefix' },
  )
}

/** Whether calls are kept to the tools that there are, though no tool is strict. */
function isGuided({ model, tools }: Prompt): boolean {
  const syntax = model.dialect.calls
  if (tools.mode !== 'auto' || syntax === 'native') return false
  return callWriters[syntax].marks.length > 0 && !callWriters[syntax].isMarked
}

/** More characters than an answer has; to hold each against a grammar takes some microseconds. */
const longestBegun = 100_000

function canBegin(grammar: Grammar, text: string): boolean {
  return text.length <= longestBegun && accepts(grammar, text) !== 'no'
}

/** Null where no calls can be made. `needed`: the field that asks for a grammar of calls, if any does. */
function syntaxOf({ model, tools }: Prompt, needed: string | null): CallSyntax | null {
  const syntax = model.dialect.calls
  if (syntax !== 'native') return tools.mode === 'none' ? null : syntax
  if (needed === null) return null
  const why = 'nothing is known of how this model writes calls'
  throw new Failure('invalid-request', `${needed} cannot be enforced: ${why}.`, { field: needed })
}

/** What may stand where an answer has calls. */
interface Blocks {
  readonly writer: CallWriter
  /** What begins a block, and what else `src/decode` takes for the beginning of one where that is forbidden. */
  readonly marks: readonly string[]
  /** A block between its marks. */
  readonly body: Expression
  readonly single: boolean
}

function blocksOf(syntax: CallSyntax, tools: SomeTools, isAsked: boolean, rules: Rules): Blocks {
  const { openMarks, bareMarks } = callMarkups[syntax]
  const writer = callWriters[syntax]
  const marks = isAsked ? [...openMarks, ...bareMarks] : writer.marks.map(({ open }) => open)
  const single = tools.mode === 'one'
  const body = rules.add('calls', writer.block(placed(tools), single, rules))
  return { writer, marks, body, single }
}

type SomeTools = Exclude<ToolUse, { mode: 'none' }>

function placed(tools: SomeTools): readonly PlacedTool[] {
  const all = tools.tools.map((tool, index) => ({ tool, path: `tools[${index}].function.parameters` }))
  return tools.mode === 'one' ? all.filter(({ tool }) => tool.name === tools.tool.name) : all
}

function rootOf(
  { output, model }: Prompt,
  blocks: Blocks | null,
  isForced: boolean,
  rules: Rules,
): Expression {
  if (blocks !== null && isForced) return sequence(lead, several(blocks, rules))
  if (blocks !== null && output.kind === 'text') return textWithCalls(blocks, rules)
  const schema = output.kind === 'schema' ? output.schema : anyObject
  const root = {
    schema,
    path: output.kind === 'schema' ? 'response_format.json_schema.schema' : 'response_format',
  }
  rules.begin(root.path)
  const json = wrap(rules.need(new SchemaCompiler(rules, root).value([root])), model.dialect.wrappers)
  return sequence(lead, blocks === null ? json : choice([json, several(blocks, rules)]))
}

const anyObject: JsonObject = { type: 'object' }
const newline = optional(text('\n'))
/** What models put between a thought and an answer. */
const lead = choice([repeat(text('\n'), 0, 2), text(' ')])

function wrap(json: Expression, wrappers: readonly string[]): Expression {
  if (wrappers.length === 0) return json
  const wrapper = choice(wrappers.map(text))
  return sequence(optional(sequence(wrapper, newline)), json, optional(sequence(newline, wrapper)))
}

function several({ writer, body, single }: Blocks, rules: Rules): Expression {
  if (writer.marks.length === 0) return body
  const block = choice(writer.marks.map(({ open, close }) => sequence(text(open), body, text(close))))
  return single ? block : sequence(block, repeat(rules.add('block', sequence(newline, block)), 0, Infinity))
}

/** Any text, in which every block of calls is as it must be. */
function textWithCalls(blocks: Blocks, rules: Rules): Expression {
  const { writer, marks, body } = blocks
  if (writer.marks.length > 0)
    return textWith(
      marks,
      (mark) => {
        const block = writer.marks.find(({ open }) => open === mark)
        // Other beginnings of a call, such as one without its outer marks, are not for this text.
        return block === undefined ? nothing : sequence(body, text(block.close))
      },
      rules,
    )
  const blank = repeat(oneOf(charactersOf(' \t\r\n')), 0, Infinity)
  const first = oneOf(invert(charactersOf(' \t\r\n[{')))
  const rest = repeat(oneOf(anyCharacter), 0, Infinity)
  return choice([sequence(lead, body), sequence(blank, optional(sequence(first, rest)))])
}
