/**
 * How often a property is tried: all of `full` by `npm test`, a quarter by `npm run check`, which is run all day. The
 * cases are drawn anew each time, so that a day of checks tries more of them than one test run does.
 */
export function runs(full: number): number {
  return process.env['SILICA_TEST_RUNS'] === 'all' ? full : Math.ceil(full / 4)
}
