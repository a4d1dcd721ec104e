import { readFileSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import type { ChatEvent, EngineReason } from '../../src/chat/event.ts'
import { type CallSyntax, callSyntaxes } from '../../src/chat/model.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { decoded, readCase } from './replay.ts'

/** What an engine writes in one syntax of calls, and what must come of it. */
export interface CallCase {
  readonly name: string
  readonly text: string
  readonly reason?: EngineReason
  /** Pieces of one kind joined; a call is its name and its arguments. */
  readonly says: readonly Said[]
}

export type Said = { readonly [kind in 'reasoning' | 'text' | 'call' | 'finish']?: string }

/** One file for each syntax: its cases as they stand there. */
export function readCallCases(): readonly { syntax: CallSyntax; cases: readonly CallCase[] }[] {
  return callSyntaxes.map((syntax) => {
    const cases: readonly CallCase[] = readFile(syntax).toJS()
    return { syntax, cases }
  })
}

/** What the request of every case comes to for a model that writes calls so. */
export function callRequest(syntax: CallSyntax): ChatRequest {
  const body: object = JSON.parse(readFileSync(new URL('calls/request.json', import.meta.url), 'utf8'))
  return readCase({ ...body, model: `golden/${syntax}` })
}

/** What comes of pieces of text. */
export async function says(
  request: ChatRequest,
  pieces: readonly string[],
  reason: EngineReason = 'stop',
): Promise<readonly Said[]> {
  const written: readonly ChatEvent[] = [
    ...pieces.map((text): ChatEvent => ({ type: 'text', choice: 0, text, tokens: 1 })),
    { type: 'finish', choice: 0, reason },
  ]
  const said: { kind: keyof Said; text: string }[] = []
  for await (const event of decoded(request, written)) {
    const last = said.at(-1)
    if (event.type === 'call-start') said.push({ kind: 'call', text: `${event.name} ` })
    else if (event.type === 'finish') said.push({ kind: 'finish', text: event.reason })
    else if (event.type === 'call-text' && last) last.text += event.text
    else if (event.type === 'text' || event.type === 'reasoning') {
      if (last?.kind === event.type) last.text += event.text
      else said.push({ kind: event.type, text: event.text })
    }
  }
  return said.map(({ kind, text }) => ({ [kind]: text }))
}

/** Writes into the file of a syntax what its cases come to. */
export async function writeCallCases(syntax: CallSyntax): Promise<void> {
  const document = readFile(syntax)
  const cases: readonly CallCase[] = document.toJS()
  for (const [at, { text, reason }] of cases.entries()) {
    document.setIn([at, 'says'], document.createNode(await says(callRequest(syntax), [text], reason)))
  }
  writeFileSync(fileOf(syntax), document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity }))
}

function readFile(syntax: CallSyntax) {
  return parseDocument(readFileSync(fileOf(syntax), 'utf8'))
}

function fileOf(syntax: CallSyntax): URL {
  return new URL(`calls/${syntax}.yaml`, import.meta.url)
}
