import { differences } from '../src/wire/reference/differences.ts'

/** `docs/differences.md`. */
export function differencesPage(): string {
  const rows = differences.map((cells) => `| ${cells.join(' | ')} |`)
  return `# Where Silica differs from SiliconFlow

This page is written by \`npm run docs\` from what \`/docs\` shows too.

| | SiliconFlow | Silica |
| --- | --- | --- |
${rows.join('\n')}
`
}
