// `npm run bench -- <name>` runs one benchmark; without a name it lists them. Each says at its top what it measures.
import { globSync } from 'node:fs'
import { basename } from 'node:path'

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'run')
// The benchmark sees its own arguments only.
const [wanted] = process.argv.splice(2, 1)
if (wanted !== undefined && names.includes(wanted)) await import(`./${wanted}.ts`)
else {
  console.log(
    `npm run bench -- <name>\n${names
      .toSorted()
      .map((name) => `  ${name}`)
      .join('\n')}`,
  )
  if (wanted !== undefined) process.exitCode = 2
}
