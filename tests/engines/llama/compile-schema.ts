import type { Json } from '../../../src/chat/json.ts'
import { SchemaCompiler } from '../../../src/engines/llama/grammar/compile-schema.ts'
import type { Grammar } from '../../../src/engines/llama/grammar/rules.ts'
import { Rules } from '../../../src/engines/llama/grammar/rules.ts'

/** The grammar of a schema alone, which messages call `schema`. */
export function compileSchema(schema: Json): Grammar {
  const rules = new Rules('schema')
  const root = { schema, path: 'schema' }
  return rules.finish(rules.need(new SchemaCompiler(rules, root).value([root])))
}
