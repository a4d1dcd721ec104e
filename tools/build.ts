// `npm run build`: the publishable package. JavaScript and the console in dist/. What Silica imports comes with it, in a few
// files: a server that loads two thousand takes 30 MB more, and `npx` would have to fetch seventy packages.
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { buildConsole } from './build-console.ts'

const {
  dependencies,
  optionalDependencies,
}: Record<string, Readonly<Record<string, string>>> = JSON.parse(readFileSync('package.json', 'utf8'))
/** What is native, or loads its own files, is installed beside the package; `pg` does without its native half. */
const installed = [...Object.keys({ ...dependencies, ...optionalDependencies }), 'pg-native']

rmSync('dist', { recursive: true, force: true })
const { output } = await build({
  // Threads and processes are started by these names, beside the file that starts them.
  input: {
    main: 'src/cli/main.ts',
    'sqlite-thread': 'src/storage/sqlite-thread.ts',
    'process/main': 'src/engines/llama/process/main.ts',
    process: 'src/engines/upstream/pdf/process.ts',
  },
  platform: 'node',
  external: installed,
  // Whatever looks for files of the package goes two folders up, as it does in src.
  output: { dir: 'dist/server', chunkFileNames: '[name].js', comments: { legal: true, jsdoc: false } },
})
const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
writeFileSync('dist/server/LICENSES', licencesOf(packagesOf(modules)))
await buildConsole()
console.log(`dist: ${globSync('dist/server/**/*.js').length} files of ${modules.length} modules`)

/** The folders of the packages that the modules are of. */
function packagesOf(ids: readonly string[]): readonly string[] {
  const folders = ids.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  return [...new Set(folders)].toSorted()
}

function licencesOf(folders: readonly string[]): string {
  const texts = folders.map((folder) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
    const about: Readonly<Record<string, unknown>> = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    const head = `${String(about['name'])} ${String(about['version'])}: ${String(about['license'])}`
    return file === undefined ? head : `${head}\n\n${readFileSync(join(folder, file), 'utf8').trim()}`
  })
  return `dist/server contains, beside Silica:\n\n${texts.join('\n\n---\n\n')}\n`
}
