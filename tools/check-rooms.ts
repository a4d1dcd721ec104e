// Checks the import rules of `rooms.ts` over every source file, and that `docs/architecture.md` quotes them truly.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { homes, rooms } from './rooms.ts'

const roomOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''

/** What `file` (a path under `src/`) breaks, a sentence each. */
function violations(file: string, text: string): string[] {
  const found: string[] = []
  const room = roomOf(file)
  const rule = rooms[room]
  if (rule === undefined) return [`${file}: room ${room} is not in tools/rooms.ts`]
  for (const [line, kind, target] of text.matchAll(
    /^(?:import|export)\b( type\b)?[^'"\n]*?(?:from )?'(\.[^']+)'/gm,
  )) {
    checkImport(line, kind, target)
  }
  for (const [line, kind, target] of text.matchAll(
    /^(?:import|export)( type)? \{[^}]*\} from '(\.[^']+)'/gm,
  )) {
    checkImport(line, kind, target)
  }
  function checkImport(line: string, kind: string | undefined, target: string | undefined) {
    const other = roomOf(relative('src', join('src', dirname(file), target ?? '')))
    const allowed = kind === undefined ? rule?.all : [...(rule?.all ?? []), ...(rule?.types ?? [])]
    if (other !== room && !allowed?.includes(other))
      found.push(`${file}: ${room} may not import ${other} (${line.split('\n')[0]})`)
  }
  for (const [what, home] of homes) {
    const at = what.exec(text)
    if (at && !home.some((folder) => file.startsWith(folder)))
      found.push(`${file}: ${at[0]} belongs in ${home.join(', ')}`)
  }
  return [...new Set(found)]
}

/** The rules as `docs/architecture.md` shows them. */
function table(): string {
  return Object.entries(rooms)
    .map(([room, { all, types }]) => {
      const names = [...all, ...types.map((name) => `${name} (types)`)]
      return `${room.padEnd(9)} -> ${names.length === 0 ? '(nothing)' : names.join(' ')}`
    })
    .join('\n')
}

const files = globSync('**/*.ts', { cwd: 'src' }).filter((file) => !file.endsWith('.test.ts'))
const found = files.flatMap((file) => violations(file, readFileSync(join('src', file), 'utf8')))
if (!readFileSync('docs/architecture.md', 'utf8').includes(table())) {
  found.push(`docs/architecture.md must quote the rules as they are:\n${table()}`)
}
for (const line of found) console.error(line)
console.log(`rooms: ${files.length} files read, ${found.length} violations`)
if (files.length === 0 || found.length > 0) process.exitCode = 1
