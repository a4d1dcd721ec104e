// `npm run build`: the publishable package. JavaScript and the console in dist/.
import { execFileSync } from 'node:child_process'
import { globSync, rmSync } from 'node:fs'
import { buildConsole } from './build-console.ts'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
await buildConsole()
console.log(`dist: ${globSync('dist/**/*.js').length} files`)
