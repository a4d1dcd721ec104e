import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Conversation } from './conversation.ts'
import { explain } from './explain.ts'
import { printAnswer } from './print-answer.ts'
import { dim, type Output } from './terminal.ts'

const help = `/think on|off   whether the model thinks before it answers
/system <text>  what the model is told before everything else; nothing without a text
/clear          forget what was said
/quit           end, as Ctrl-D does
Ctrl-C stops an answer; twice, it ends the chat.`

/** Talks at a terminal until whoever sits there ends it. */
export async function talk(conversation: Conversation, input: Readable, output: Output): Promise<void> {
  const lines = createInterface({ input, output, terminal: true, prompt: '> ' })
  const say = (text: string) => output.write(dim(`${text}\n`, output))
  let answering: AbortController | null = null
  let interrupted = false
  let open = true
  lines.once('close', () => {
    open = false
    answering?.abort()
  })
  lines.on('SIGINT', () => {
    if (interrupted) return lines.close()
    interrupted = true
    if (answering !== null) return answering.abort()
    say('\n(Ctrl-C again ends the chat.)')
    lines.prompt()
  })
  say(`${conversation.model}. /help lists the commands.`)
  lines.prompt()
  for await (const line of lines) {
    const text = line.trim()
    if (text === '/quit' || text === '/exit') break
    interrupted = false
    if (text.startsWith('/')) say(command(conversation, text))
    else if (text !== '') {
      answering = new AbortController()
      const problem = await answer(conversation, text, answering.signal, output)
      answering = null
      if (problem !== '') say(problem)
    }
    if (open) lines.prompt()
  }
  lines.close()
}

/** Prints the answer. Gives what is to be said of it, empty where it came whole. */
async function answer(
  conversation: Conversation,
  text: string,
  signal: AbortSignal,
  output: Output,
): Promise<string> {
  try {
    return (await printAnswer(conversation.ask(text, signal), output)) === 'length'
      ? '(It reached its limit.)'
      : ''
  } catch (error) {
    return signal.aborted ? '(Stopped.)' : explain(error)
  }
}

/** Does what a line with a slash says. Gives what to say to it. */
function command(conversation: Conversation, line: string): string {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
  switch (name) {
    case '/think':
      if (rest !== 'on' && rest !== 'off') return '/think on, or /think off'
      conversation.thinking = rest
      return `Thinking is ${rest}.`
    case '/system':
      conversation.system = rest
      return rest === '' ? 'The model is told nothing.' : `The model is told: ${rest}`
    case '/clear':
      conversation.clear()
      return 'Forgotten.'
    case '/help':
      return help
    default:
      return `${name} is no command.\n${help}`
  }
}
