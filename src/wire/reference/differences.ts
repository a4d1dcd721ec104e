/** Where Silica differs from SiliconFlow: what it is about, what the service does, what Silica does. In Markdown. */
export const differences: readonly (readonly [what: string, service: string, silica: string])[] = [
  [
    'errors',
    '`{"code", "message", "data"}`',
    'the same, and beside it `error`, without which the OpenAI SDK shows no message',
  ],
  [
    'later pieces of a tool call',
    'repeat `id` and `type` as null and `name` as `""`',
    'leave them out: clients that merge pieces keep the name',
  ],
  ['`messages`', 'documented as 1 to 10, served without a limit', 'no limit; 10 with `--compat documented`'],
  [
    '`thinking_budget`',
    'documented from 128, served from less; kept by Qwen3 alone',
    'from 1, or from 128 with `--compat documented`; kept by every model',
  ],
  ['roles', 'documented as system, user, assistant', 'tool too, without which no function could be answered'],
  ['`tool_choice`', '`required` and named functions were refused at times', 'enforced'],
  [
    '`response_format`',
    'only `json_object` is documented, and is not held to everywhere',
    '`json_schema` too, both enforced',
  ],
  [
    '`GET /v1/models`',
    '`id`, `object`, `created`, `owned_by`',
    'the same, and beside them `state`, `sunset`, `successor` and what the model can do',
  ],
  ['`GET /v1/models/{id}`', 'not documented', 'one model; 404 for an id that is not known'],
  [
    'models that go',
    'announcements or push messages',
    '`GET /v1/announcements`, an Atom feed, webhooks, and the headers `Deprecation`, `Sunset` and `Link`',
  ],
  [
    'a model without an engine',
    '`Model disabled.` for models that are taken off line',
    'the same, 403 with code 30003',
  ],
  ['a stream that breaks off', 'not known', 'a last frame with the error, and no `[DONE]`'],
  [
    'limits',
    '429 without a header',
    '429 with `Retry-After`, and `x-ratelimit-*` on every answer of an account with limits',
  ],
  [
    '`POST /v1/messages`',
    'errors are flat; `thinking` must be `enabled` or `disabled`',
    "errors in both shapes; `adaptive` too; content blocks as Anthropic's clients send them",
  ],
  ['balance', 'what was paid', 'a large number that never falls'],
  [
    'images, audio and video generation, rerank, files, batches',
    'served',
    'not here: 404 as for any path that does not exist',
  ],
]
