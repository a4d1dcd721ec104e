/** A function that a model may call, as the API takes it. */
export interface ToolFunction {
  readonly name: string
  readonly [field: string]: unknown
}

/** Functions as they are written here: a list, or one, bare or as the API's tools. Throws a `TypeError` in words. */
export function readTools(text: string): readonly ToolFunction[] {
  if (text.trim() === '') return []
  const value = parse(text)
  return (Array.isArray(value) ? value : [value]).map(readTool)
}

function readTool(value: unknown): ToolFunction {
  const inner = isObject(value) && isObject(value['function']) ? value['function'] : value
  if (!isObject(inner) || typeof inner['name'] !== 'string' || !/^[\w-]{1,64}$/.test(inner['name']))
    throw new TypeError('Each function needs a "name" of letters, digits, _ and -.')
  return { ...inner, name: inner['name'] }
}

/** A JSON object. Throws a `TypeError` in words. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  const value = parse(text)
  if (!isObject(value)) throw new TypeError('It must be an object: { … }')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TypeError(error instanceof Error ? error.message : 'It is no JSON.')
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What `read` says of the text, empty where nothing is wrong with it. */
export function faultIn(text: string, read: (text: string) => unknown): string {
  try {
    read(text)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
