// Whether anything is left behind: rounds of 200 requests at concurrency 16, half of them streamed, a fifth of the callers
// hanging up. After each round: how many answers were whole, how long it took, resident memory and open files of both
// processes. Usage: npm run bench -- soak [rounds]
import { callRound } from '../tests/http/callers.ts'
import { openFilesOf, residentOf, startServer } from './parts/server.ts'

const rounds = Number(process.argv[2] ?? 10)
const silica = await startServer()
console.log('round  whole  left  other      s   server MB  files   model MB  files')
try {
  for (let round = 1; round <= rounds; round++) {
    const began = performance.now()
    const results = await callRound(silica, { seed: round, requests: 200, callers: 16 })
    const count = (result: string) => results.filter((one) => one === result).length
    const whole = count('whole')
    const left = count('left')
    const columns = [
      [round, 5],
      [whole, 7],
      [left, 6],
      [results.length - whole - left, 7],
      [((performance.now() - began) / 1000).toFixed(1), 7],
      [residentOf(silica.server).toFixed(0), 12],
      [openFilesOf(silica.server), 7],
      [residentOf(silica.model).toFixed(0), 11],
      [openFilesOf(silica.model), 7],
    ] as const
    console.log(columns.map(([value, width]) => String(value).padStart(width)).join(''))
  }
} finally {
  silica.stop()
}
