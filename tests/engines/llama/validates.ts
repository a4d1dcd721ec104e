import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { JsonObject } from '../../../src/chat/json.ts'

const known = new WeakMap<JsonObject, ValidateFunction>()

/** Whether a text is JSON that satisfies a schema, as ajv sees it. */
export function validates(schema: JsonObject, text: string): boolean {
  const validate = known.get(schema) ?? compile(schema)
  known.set(schema, validate)
  try {
    return validate(JSON.parse(text))
  } catch {
    return false
  }
}

function compile(schema: JsonObject): ValidateFunction {
  // Without a precision a multiple of 0.01 such as 0.07 is taken for none. Keys may be named `valueOf`.
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9, ownProperties: true })
  addFormats.default(ajv)
  return ajv.compile(schema)
}
