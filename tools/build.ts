// `npm run build`: the publishable package. JavaScript in dist/, nothing else generated.
import { execFileSync } from 'node:child_process'
import { globSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
console.log(`dist: ${globSync('dist/**/*.js').length} files`)
