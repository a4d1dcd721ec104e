import type { AssistantTurn, ChatRequest, Message } from '../../chat/request.ts'

/** Tokens that a chat template may put around a conversation, and around each of its messages. */
const aroundAll = 512
const aroundMessage = 32
/** Tokens of a choice that are neither thought nor answer: the marks around a thought. */
const marks = 32

/**
 * The most tokens that the prompt can have, before anybody has counted them. Every token stands for at least one byte;
 * what is shown besides text is counted by nobody here, and may fill the model's window.
 */
export function promptBound({ model, messages, tools, begun, suffix }: ChatRequest): number {
  let bound = aroundAll + bytesOf(suffix) + bytesOfTurn(begun)
  for (const message of messages) bound += aroundMessage + bytesOfMessage(message)
  // Templates write the tools as JSON of their own, with spaces and names around them.
  if (tools.mode !== 'none') bound += 2 * bytesOf(JSON.stringify(tools.tools))
  return Math.min(bound, model.contextLength)
}

/** The most tokens that may be generated. */
export function answerBound({ model, answerLimit, thinking, choices }: ChatRequest): number {
  const thought = thinking.mode === 'on' ? thinking.budget : 0
  return choices * Math.min(answerLimit + thought + marks, model.contextLength)
}

function bytesOfMessage(message: Message): number {
  switch (message.role) {
    case 'system':
    case 'tool':
      return bytesOf(message.text)
    case 'assistant':
      return bytesOfTurn(message)
    case 'user':
      return message.parts.reduce(
        (sum, part) => sum + (part.type === 'text' ? bytesOf(part.text) : Infinity),
        0,
      )
  }
}

function bytesOfTurn({ reasoning, text, calls }: AssistantTurn): number {
  let bytes = bytesOf(reasoning) + bytesOf(text)
  for (const { name, arguments: given } of calls) bytes += aroundMessage + bytesOf(name) + 2 * bytesOf(given)
  return bytes
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
