import type { Limit, Model } from '../chat/model.ts'

/** What a model takes and what a request gets where it says nothing, by the names of the request's fields. */
export function writeAbilities(model: Model) {
  const { embedding, contextLength } = model
  if (embedding === null) return writeAnswers(model)
  const { dimensions, shortens } = embedding
  const kind = kindOf(model)
  return {
    ...kind,
    context_length: contextLength,
    dimensions: { default: dimensions, min: shortens ? 1 : dimensions },
  }
}

function writeAnswers(model: Model) {
  const { answerLimit, thinking, effort, sampling } = model
  return {
    ...kindOf(model),
    context_length: model.contextLength,
    max_tokens: writeLimit(answerLimit),
    thinking: writeThinking(thinking),
    reasoning_effort: effort.kind === 'none' ? null : { default: effort.byDefault, agents: effort.agents },
    tools: model.calls,
    response_format: model.json ? ['text', 'json_object', 'json_schema'] : ['text'],
    media: model.media,
    min_p: model.minP,
    suffix: model.dialect.infill !== null,
    embedding: model.embedding,
    sampling: {
      temperature: sampling.temperature,
      top_p: sampling.topP,
      top_k: sampling.topK,
      min_p: sampling.minP,
      frequency_penalty: sampling.frequencyPenalty,
      presence_penalty: sampling.presencePenalty,
    },
  }
}

/** What the service sorts its models by. Those that see answer as well, and stand among them. */
function kindOf({ embedding }: Model) {
  return { type: 'text', sub_type: embedding === null ? 'chat' : 'embedding' } as const
}

function writeLimit({ byDefault, max }: Limit) {
  return { default: byDefault, max }
}

function writeThinking(thinking: Model['thinking']): object {
  if (thinking.kind === 'never') return { mode: 'never' }
  const budget = writeLimit(thinking.budget)
  if (thinking.kind === 'always') return { mode: 'always', budget }
  return { mode: 'switch', default: thinking.byDefault, budget }
}
