import { readdirSync, readFileSync } from 'node:fs'
import type { ChatEvent } from '../../src/chat/event.ts'

/** One folder: what was asked, what the engine said, and in two more files what must come out. */
export interface Case {
  readonly name: string
  readonly body: object
  readonly said: readonly ChatEvent[]
}

/** The file of a case. */
export function caseFile(
  name: string,
  file: 'request.json' | 'events.jsonl' | 'answer.json' | 'answer.sse' | 'message.json' | 'message.sse',
): URL {
  return new URL(`${name}/${file}`, import.meta.url)
}

export function readCases(): readonly Case[] {
  return readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'calls')
    .map(({ name }) => ({ name, body: readBody(name), said: readEvents(name) }))
}

function readBody(name: string): object {
  const body: object = JSON.parse(readFileSync(caseFile(name, 'request.json'), 'utf8'))
  return body
}

function readEvents(name: string): readonly ChatEvent[] {
  const lines = readFileSync(caseFile(name, 'events.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line): ChatEvent => JSON.parse(line))
}
