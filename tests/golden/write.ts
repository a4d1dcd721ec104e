import { writeFileSync } from 'node:fs'
import { callSyntaxes } from '../../src/chat/model.ts'
import { writeCallCases } from './call-cases.ts'
import { caseFile, readCases } from './cases.ts'
import { readCase, replay, replayMessage } from './replay.ts'

// Rewrites what every case must come to. The diff is what a reviewer reads.
for (const { name, body, said } of readCases()) {
  const request = readCase(body)
  const { answer, sse } = await replay(request, said)
  writeFileSync(caseFile(name, 'answer.json'), answer)
  writeFileSync(caseFile(name, 'answer.sse'), sse)
  if (request.choices === 1) {
    const message = await replayMessage(request, said)
    writeFileSync(caseFile(name, 'message.json'), message.answer)
    writeFileSync(caseFile(name, 'message.sse'), message.sse)
  }
  console.log(name)
}
for (const syntax of callSyntaxes) {
  await writeCallCases(syntax)
  console.log(`calls/${syntax}`)
}
