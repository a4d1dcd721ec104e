import { endpointsOf } from './endpoints.ts'
import type { Guide } from './write-page.ts'

/** `/llms.txt`, as llmstxt.org has it. */
export function writeLlms(guides: readonly Guide[]): string {
  const requests = endpointsOf('')
    .filter(({ by }) => by === 'callers')
    .map(({ method, path, summary }) => `- \`${method.toUpperCase()} ${path}\`: ${summary}`)
  const pages = guides.map(({ name, title }) => `- [${title}](/docs/guides/${name})`)
  return `# Silica

> SiliconFlow's chat-completions API, self-hosted, with real models behind it. Requests and answers are those of SiliconFlow
> and of the OpenAI SDK; \`POST /v1/messages\` is Anthropic's. Keys go into \`Authorization: Bearer\`.

## Reference

- [API reference](/docs): every request with its fields, answers and errors, as a page
- [OpenAPI 3.1](/openapi.json): the same for programs
- [Where it differs from SiliconFlow](/docs#differences)

## Guides

${pages.join('\n')}

## Requests

${requests.join('\n')}
`
}
