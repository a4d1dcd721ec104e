import { describe, expect, it } from 'vitest'
import { Failure } from '../chat/failure.ts'
import { explain } from './explain.ts'

const system = (code: string, facts: object) => Object.assign(new Error(`${code}: raw`), { code, ...facts })

describe('what went wrong', () => {
  it.each([
    [new Failure('internal', 'The file is broken.'), 'The file is broken.'],
    [new Failure('internal', 'It failed.', { cause: new Error('disk full') }), 'It failed. (disk full)'],
    [
      new Failure('internal', 'It failed: disk full', { cause: new Error('disk full') }),
      'It failed: disk full',
    ],
    [
      system('EADDRINUSE', { address: '127.0.0.1', port: 8000 }),
      'Port 8000 of 127.0.0.1 is in use. Choose another with --port, or any free one with --port 0.',
    ],
    [
      system('EACCES', { address: '0.0.0.0', port: 80 }),
      'Port 80 needs more rights. Choose one above 1023 with --port.',
    ],
    [
      system('EADDRNOTAVAIL', { address: '9.9.9.9', port: 1 }),
      'This machine does not have the address 9.9.9.9. Choose another with --host.',
    ],
    [system('ENOENT', {}), 'ENOENT: raw'],
  ])('is said in one line: %s', (error, told) => {
    expect(explain(error)).toBe(told)
  })

  it('is shown with its stack where it is a defect', () => {
    expect(explain(new TypeError('x is undefined'))).toMatch(
      /^This is a defect of Silica:\nTypeError: x is undefined\n +at /,
    )
  })
})
