import type { Model } from '../../chat/model.ts'
import { plainPrompt } from '../../chat/plain-prompt.ts'
import type { Prompt } from '../../chat/request.ts'
import { openConnections } from './exchange.ts'
import { fieldOf, listOf, textOf } from './read-json.ts'
import { servers } from './servers.ts'
import { upstreamEngine, type UpstreamOptions } from './upstream-engine.ts'
import { canCloseThought } from './write-messages.ts'

/**
 * Asks a server for its models and for one short answer. Gives what it can do, in words; throws a `Failure` where it
 * cannot be reached, refuses, or serves other models.
 */
export async function probeUpstream(
  model: Model,
  options: Omit<UpstreamOptions, 'name' | 'media' | 'newId' | 'log'>,
  now: () => number,
  signal: AbortSignal,
): Promise<string> {
  const served = await servedBy(options, signal)
  let counts = ''
  const engine = upstreamEngine({
    ...options,
    name: model.id,
    media: null,
    newId: () => '',
    log: (line) => (counts = line.counts),
  })
  const began = now()
  try {
    for await (const _ of engine.answer(shortest(model), signal));
  } finally {
    await engine.close()
  }
  return [
    served === '' || served === options.model ? '' : `serves ${served}`,
    `answered in ${Math.round(now() - began)} ms`,
    `tokens counted by ${counts}`,
    model.thinking.kind === 'never' ? '' : `thinking budget ${budgetOf(model, options)}`,
    servers[options.server].continues === 'never' ? 'cannot go on with an answer' : '',
  ]
    .filter((words) => words !== '')
    .join(', ')
}

/** The names of its models; empty where it does not tell. */
async function servedBy(
  options: Pick<UpstreamOptions, 'url' | 'key' | 'clock'>,
  signal: AbortSignal,
): Promise<string> {
  const connections = openConnections({ ...options, keepsConnections: false })
  try {
    const list = await connections.get('models', signal)
    return listOf(fieldOf(list, 'data'))
      .map((one) => textOf(fieldOf(one, 'id')))
      .join(' ')
  } finally {
    await connections.close()
  }
}

function budgetOf(model: Model, { server, budget }: Pick<UpstreamOptions, 'server' | 'budget'>): string {
  const traits = servers[server]
  if (budget === 'there' || (budget === 'auto' && traits.keepsBudget === 'always'))
    return 'kept by the server'
  return canCloseThought(model, traits) ? 'kept by closing the thought' : 'kept by ending the answer'
}

/** As little as can be asked for, by the row's own defaults. */
function shortest(model: Model): Prompt {
  const { thinking } = model
  const on = thinking.kind === 'always' || (thinking.kind === 'switch' && thinking.byDefault)
  const plain = plainPrompt(model, 'Hello!', 1)
  return on
    ? { ...plain, thinking: { mode: 'on', budget: 1, effort: { level: 'high', because: 'default' } } }
    : plain
}
