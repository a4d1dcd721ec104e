import { addUsage, noUsage } from '../../chat/usage.ts'
import type { StreamWriter } from '../writers.ts'
import { type Block, type BlockStep, blockReader } from './block-reader.ts'
import type { MessageHead } from './head.ts'
import { writeFailureObject } from './write-failure.ts'
import { writeStop } from './write-stop.ts'
import { writeUsage } from './write-usage.ts'

/**
 * Anthropic's events: `message_start`, then for each block its start, deltas and stop, then `message_delta` with why the
 * answer ended and its whole usage, then `message_stop`. An answer that broke off ends with `error` instead.
 */
export function streamWriter({ id, model, signature }: MessageHead): StreamWriter {
  const read = blockReader()
  let usage = noUsage

  function writeStep(step: BlockStep): string {
    const { at: index } = step
    switch (step.type) {
      case 'start':
        return frame('content_block_start', { index, content_block: emptyBlock(step.block) })
      case 'more':
        return frame('content_block_delta', { index, delta: delta(step.kind, step.text) })
      case 'stop':
        return (
          (step.kind === 'reasoning'
            ? frame('content_block_delta', { index, delta: { type: 'signature_delta', signature } })
            : '') + frame('content_block_stop', { index })
        )
    }
  }

  return {
    write(event) {
      usage = addUsage(usage, event)
      if (event.type === 'prompt') {
        const head = { id, type: 'message', role: 'assistant', model, content: [], ...writeStop(null) }
        return frame('message_start', { message: { ...head, usage: writeUsage(usage) } })
      }
      const blocks = read(event).map(writeStep).join('')
      return event.type === 'finish'
        ? blocks + frame('message_delta', { delta: writeStop(event), usage: writeUsage(usage) })
        : blocks
    },
    end: () => frame('message_stop', {}),
    fail: (failure) => `event: error\ndata: ${writeFailureObject(failure)}\n\n`,
    ping: frame('ping', {}),
  }
}

function frame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

function emptyBlock(block: Block): object {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '' }
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'call':
      return { type: 'tool_use', id: block.id, name: block.name, input: {} }
  }
}

function delta(kind: Block['kind'], text: string): object {
  switch (kind) {
    case 'text':
      return { type: 'text_delta', text }
    case 'reasoning':
      return { type: 'thinking_delta', thinking: text }
    case 'call':
      return { type: 'input_json_delta', partial_json: text }
  }
}
