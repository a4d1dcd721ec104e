import { Template } from '@huggingface/jinja'

/**
 * Reads a template, and gives what renders it. Throws where it is no Jinja. Published templates call what the library does
 * not do as Python does, so that these calls are replaced:
 *
 * - `text.strip(chars)`, `lstrip`, `rstrip`: the library strips all blanks whatever it is told to;
 * - `mapping.items()`, `keys`, `values`: the library takes an entry of that name for the method, and arguments of calls
 *   have such names;
 * - `strftime_now`: the library knows neither days of the week nor seconds, and writes months in the machine's language.
 *
 * What changes a list or a mapping in place (`append`, `pop`, `update`) is not there and throws.
 */
export function readTemplate(source: string): (variables: Readonly<Record<string, unknown>>) => string {
  const template = new Template(source)
  replaceCalls(template.parsed)
  return (variables) => template.render({ ...variables, ...functions })
}

/** By names that no template can give to a variable of its own. */
const functions = {
  'str.strip': (text: unknown, chars: unknown) => stripEnd(stripStart(text, chars), chars),
  'str.lstrip': stripStart,
  'str.rstrip': stripEnd,
  'time.strftime': writeNow,
}

const strips = new Set(['strip', 'lstrip', 'rstrip'])
const views = new Set(['items', 'keys', 'values'])

function replaceCalls(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  for (const child of node instanceof Map ? [...node].flat() : Object.values(node)) replaceCalls(child)
  const { type, callee, args } = fieldsOf(node)
  if (type !== 'CallExpression' || !Array.isArray(args)) return
  const { object, property, computed, value } = fieldsOf(callee)
  const method = computed === false ? String(fieldsOf(property)['value']) : ''
  if (strips.has(method) && args.length === 1)
    Object.assign(node, { callee: nameOf(`str.${method}`), args: [object, ...args] })
  // The library's filters of these names look at the mapping alone.
  else if (views.has(method) && args.length === 0)
    Object.assign(node, { type: 'FilterExpression', operand: object, filter: nameOf(method) })
  else if (value === 'strftime_now') Object.assign(node, { callee: nameOf('time.strftime') })
}

function fieldsOf(node: unknown): Readonly<Record<string, unknown>> {
  return typeof node === 'object' ? { ...node } : {}
}

function nameOf(value: string): object {
  return { type: 'Identifier', value }
}

function stripStart(text: unknown, chars: unknown): string {
  const [from, stripped] = [String(text), String(chars)]
  let start = 0
  while (start < from.length && stripped.includes(from.charAt(start))) start++
  return from.slice(start)
}

function stripEnd(text: unknown, chars: unknown): string {
  const [from, stripped] = [String(text), String(chars)]
  let end = from.length
  while (end > 0 && stripped.includes(from.charAt(end - 1))) end--
  return from.slice(0, end)
}

/** The local time in Python's format, as far as templates use it, in English. */
function writeNow(format: unknown): string {
  const now = new Date()
  const two = (number: number): string => String(number).padStart(2, '0')
  const name = (options: Intl.DateTimeFormatOptions): string => now.toLocaleString('en', options)
  const parts = new Map([
    ['Y', String(now.getFullYear())],
    ['m', two(now.getMonth() + 1)],
    ['B', name({ month: 'long' })],
    ['b', name({ month: 'short' })],
    ['d', two(now.getDate())],
    ['A', name({ weekday: 'long' })],
    ['a', name({ weekday: 'short' })],
    ['H', two(now.getHours())],
    ['I', two(now.getHours() % 12 || 12)],
    ['p', now.getHours() < 12 ? 'AM' : 'PM'],
    ['M', two(now.getMinutes())],
    ['S', two(now.getSeconds())],
    ['%', '%'],
  ])
  return String(format).replaceAll(/%(.)/g, (whole, letter: string) => parts.get(letter) ?? whole)
}
