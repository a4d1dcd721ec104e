import { deepseek31 } from './deepseek-v3.1.ts'
import { deepseek32 } from './deepseek-v3.2.ts'
import { deepseek4 } from './deepseek-v4.ts'
import { glm45, glm45v } from './glm-4.5.ts'
import { glm47 } from './glm-4.7.ts'
import { hunyuan } from './hunyuan-a13b.ts'
import { kimi } from './kimi-k2.ts'
import { qwen35 } from './qwen3.5.ts'
import { qwen3 } from './qwen3.ts'

export const families = [
  qwen3,
  qwen35,
  glm45,
  glm45v,
  glm47,
  deepseek31,
  deepseek32,
  deepseek4,
  hunyuan,
  kimi,
]
