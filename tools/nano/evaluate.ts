/**
 * Sends the held-out prompts to a running server and scores the answers.
 *
 *   node tools/nano/evaluate.ts --url http://127.0.0.1:8000 --key sk-...
 */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

interface ExpectedCall {
  name: string
  arguments: Json
}

/** All checks that are present must hold; without `calls` no call may be made. */
interface Expectation {
  contains?: string[]
  any?: string[]
  equals?: string
  number?: number
  json?: Json
  calls?: ExpectedCall[]
}

interface Case {
  id: string
  skill: string
  request: { [key: string]: Json }
  expect: Expectation
}

interface Completion {
  choices: {
    message: {
      content?: string | null
      tool_calls?: { function: { name: string; arguments: string } }[] | null
    }
  }[]
  usage?: { completion_tokens?: number }
}

interface Call {
  name: string
  /** Undefined when the text of the arguments is not a JSON object. */
  arguments: Json | undefined
}

interface Outcome {
  test: Case
  right: boolean
  /** Whether the calls are valid JSON and name the right functions. */
  wellCalled: boolean
  answer: string
  tokens: number
}

const REQUIRED_RIGHT = 0.95
const REQUIRED_WELL_CALLED = 0.98

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8000' },
    key: { type: 'string', default: '' },
    model: { type: 'string', default: 'silica/nano' },
    concurrency: { type: 'string', default: '8' },
    temperature: { type: 'string', default: '0' },
    limit: { type: 'string', default: '100000' },
    verbose: { type: 'boolean', default: false },
  },
})

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function lastNumber(text: string): number | undefined {
  const found = text.match(/-?\d+(?:\.\d+)?/g)?.at(-1)
  return found === undefined ? undefined : Number(found)
}

function contentIsRight(expect: Expectation, content: string): boolean {
  const lower = content.toLowerCase()
  const has = (mark: string) => lower.includes(mark.toLowerCase())
  return (
    (expect.contains ?? []).every(has) &&
    (expect.any === undefined || expect.any.some(has)) &&
    (expect.equals === undefined || content.trim() === expect.equals.trim()) &&
    (expect.number === undefined || lastNumber(content) === expect.number) &&
    (expect.json === undefined || isDeepStrictEqual(parseJson(content), expect.json))
  )
}

function isObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function namesAreRight(expected: ExpectedCall[], calls: Call[]): boolean {
  const named = isDeepStrictEqual(
    calls.map((call) => call.name),
    expected.map((call) => call.name),
  )
  return named && calls.every((call) => isObject(call.arguments))
}

function judge(test: Case, completion: Completion): Outcome {
  const message = completion.choices[0]?.message
  const content = message?.content ?? ''
  const calls: Call[] = (message?.tool_calls ?? []).map((call) => ({
    name: call.function.name,
    arguments: parseJson(call.function.arguments),
  }))
  const expected = test.expect.calls ?? []
  return {
    test,
    right: contentIsRight(test.expect, content) && isDeepStrictEqual(calls, expected),
    wellCalled: namesAreRight(expected, calls),
    answer: calls.length > 0 ? `${content} ${JSON.stringify(calls)}` : content,
    tokens: completion.usage?.completion_tokens ?? 0,
  }
}

async function ask(test: Case): Promise<Outcome> {
  const response = await fetch(`${options.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${options.key}` },
    body: JSON.stringify({
      ...test.request,
      model: options.model,
      temperature: Number(options.temperature),
      max_tokens: 512,
    }),
  })
  if (!response.ok) {
    const answer = `HTTP ${response.status}: ${await response.text()}`
    return { test, right: false, wellCalled: false, answer, tokens: 0 }
  }
  return judge(test, (await response.json()) as Completion)
}

/** Runs all cases with a fixed number of requests in flight. */
async function askAll(cases: Case[], concurrency: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = cases.values()
  const worker = async () => {
    for (const test of waiting) outcomes.push(await ask(test))
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return outcomes
}

function share(outcomes: Outcome[], passed: (outcome: Outcome) => boolean): number {
  return outcomes.length === 0 ? 1 : outcomes.filter(passed).length / outcomes.length
}

function row(label: string, outcomes: Outcome[], passed: (outcome: Outcome) => boolean): string {
  const count = outcomes.filter(passed).length
  const percent = (100 * share(outcomes, passed)).toFixed(1)
  return `${label.padEnd(30)}${String(outcomes.length).padStart(6)}${String(count).padStart(8)}${percent.padStart(8)} %`
}

function report(outcomes: Outcome[], seconds: number): boolean {
  const isRight = (outcome: Outcome) => outcome.right
  const isWellCalled = (outcome: Outcome) => outcome.wellCalled
  const calling = outcomes.filter((outcome) => outcome.test.expect.calls !== undefined)
  const skills = [...new Set(outcomes.map((outcome) => outcome.test.skill))].sort()
  console.log(`${'skill'.padEnd(30)}${'n'.padStart(6)}${'right'.padStart(8)}${'%'.padStart(8)}`)
  for (const skill of skills) {
    const part = outcomes.filter((outcome) => outcome.test.skill === skill)
    console.log(row(skill, part, isRight))
  }
  console.log(row('tool calls well-formed', calling, isWellCalled))
  console.log(row('total', outcomes, isRight))
  const tokens = outcomes.reduce((sum, outcome) => sum + outcome.tokens, 0)
  console.log(
    `${tokens} tokens in ${seconds.toFixed(1)} s, ${(tokens / seconds).toFixed(0)} tokens per second`,
  )
  return share(outcomes, isRight) >= REQUIRED_RIGHT && share(calling, isWellCalled) >= REQUIRED_WELL_CALLED
}

function printFailures(outcomes: Outcome[]): void {
  for (const { test, right, answer } of outcomes) {
    if (right) continue
    console.log(`--- ${test.id}\nmessages: ${JSON.stringify(test.request['messages'])}`)
    console.log(`answer:   ${answer}\nexpected: ${JSON.stringify(test.expect)}`)
  }
}

const lines = readFileSync(new URL('heldout.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const cases = lines.map((line) => JSON.parse(line) as Case).slice(0, Number(options.limit))
const started = performance.now()
const outcomes = await askAll(cases, Number(options.concurrency))
if (options.verbose) printFailures(outcomes)
process.exitCode = report(outcomes, (performance.now() - started) / 1000) ? 0 : 1
