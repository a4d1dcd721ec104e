import type { ChatEvent } from '../../chat/event.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import type { AnswerWriter } from '../writers.ts'
import { type Block, blockReader } from './block-reader.ts'
import type { MessageHead } from './head.ts'
import { writeStop } from './write-stop.ts'
import { writeUsage } from './write-usage.ts'

export function answerWriter({ id, model, signature }: MessageHead): AnswerWriter {
  const read = blockReader()
  const blocks: { readonly block: Block; text: string }[] = []
  let finish: Extract<ChatEvent, { type: 'finish' }> | null = null
  let usage = noUsage
  return {
    write(event) {
      usage = addUsage(usage, event)
      if (event.type === 'finish') finish = event
      for (const step of read(event)) {
        if (step.type === 'start') blocks.push({ block: step.block, text: '' })
        const written = blocks[step.at]
        if (step.type === 'more' && written) written.text += step.text
      }
    },
    end() {
      const head = JSON.stringify({ id, type: 'message', role: 'assistant', model })
      const content = blocks.map(({ block, text }) => writeBlock(block, text, signature)).join(',')
      const tail = JSON.stringify({ ...writeStop(finish), usage: writeUsage(usage) })
      return `${head.slice(0, -1)},"content":[${content}],${tail.slice(1)}`
    },
  }
}

function writeBlock(block: Block, text: string, signature: string): string {
  switch (block.kind) {
    case 'text':
      return JSON.stringify({ type: 'text', text })
    case 'reasoning':
      return JSON.stringify({ type: 'thinking', thinking: text, signature })
    case 'call': {
      const call = JSON.stringify({ type: 'tool_use', id: block.id, name: block.name })
      return `${call.slice(0, -1)},"input":${writeInput(text)}}`
    }
  }
}

/** The arguments as the model wrote them, or as a text where they are no object: cut short, or never one. */
function writeInput(text: string): string {
  if (text === '') return '{}'
  return isObject(text) ? text : JSON.stringify(text)
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
