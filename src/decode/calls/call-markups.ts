import type { CallSyntax } from '../../chat/model.ts'
import type { CallMarkup } from './call-markup.ts'
import { deepseek } from './deepseek.ts'
import { dsml } from './dsml.ts'
import { glm } from './glm.ts'
import { hermes } from './hermes.ts'
import { hunyuan } from './hunyuan.ts'
import { jsonArray } from './json-array.ts'
import { kimi } from './kimi.ts'
import { qwenXml } from './qwen-xml.ts'

/** Every way of writing calls that Silica reads. */
export const callMarkups: Readonly<Record<CallSyntax, CallMarkup>> = {
  hermes,
  'qwen-xml': qwenXml,
  glm,
  deepseek,
  dsml,
  hunyuan,
  kimi,
  'json-array': jsonArray,
}
