import { createInterface } from 'node:readline'
import type { Conversation } from './conversation.ts'
import { explain } from './explain.ts'
import { printAnswer } from './print-answer.ts'
import { dim } from './terminal.ts'

const help = `/think on|off   whether the model thinks before it answers
/system <text>  what the model is told before everything else; nothing without a text
/clear          forget what was said
/quit           end, as Ctrl-D does
Ctrl-C stops an answer; twice, it ends the chat.`

/** Talks at the terminal until whoever sits there ends it. Resolves with the exit code. */
export async function talk(conversation: Conversation): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' })
  let answering = new AbortController()
  let interrupted = false
  let open = true
  lines.once('close', () => {
    open = false
    answering.abort()
  })
  lines.on('SIGINT', () => {
    if (interrupted) return lines.close()
    interrupted = true
    answering.abort()
    console.log(dim('\n(Ctrl-C again ends the chat.)'))
    lines.prompt()
  })
  console.log(dim(`${conversation.model}. /help lists the commands.`))
  lines.prompt()
  for await (const line of lines) {
    interrupted = false
    answering = new AbortController()
    const text = line.trim()
    if (text === '/quit' || text === '/exit') break
    if (text.startsWith('/')) console.log(dim(command(conversation, text)))
    else if (text !== '') await answer(conversation, text, answering.signal)
    if (open) lines.prompt()
  }
  lines.close()
  return 0
}

async function answer(conversation: Conversation, text: string, signal: AbortSignal): Promise<void> {
  try {
    await printAnswer(conversation.ask(text, signal))
  } catch (error) {
    if (!signal.aborted) console.error(`silica: ${explain(error)}`)
  }
}

/** Does what a line with a slash says. Gives what to print. */
function command(conversation: Conversation, line: string): string {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
  switch (name) {
    case '/think':
      if (rest !== 'on' && rest !== 'off') return '/think on, or /think off'
      conversation.thinking = rest
      return `thinking is ${rest}`
    case '/system':
      conversation.system = rest
      return rest === '' ? 'no system message' : `system message: ${rest}`
    case '/clear':
      conversation.clear()
      return 'forgotten'
    case '/help':
      return help
    default:
      return `${name} is no command.\n${help}`
  }
}
