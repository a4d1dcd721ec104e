import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readRows } from '../src/catalogue/read-rows.ts'
import { limitsSchema, readLimits } from '../src/cli/read-limits.ts'
import { openMetrics } from '../src/http/metrics/metrics.ts'
import { parseYaml, keepTo } from '../src/schema/read-yaml.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Every name that a server without traffic, with Redis and traces, has under `/metrics`, by its family. */
function metricNames(): readonly string[] {
  const metrics = openMetrics({
    states: () => new Map(),
    records: () => ({ waitingBytes: 0, lost: 0 }),
    used: () => ({ cpu: 0, memory: 0 }),
    redis: () => 'up',
    spansDropped: () => 0,
  })
  return [...metrics.write().matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '')
}

describe.each(['deploy/grafana/silica.json', 'deploy/prometheus/alerts.yaml'])('%s', (file) => {
  test('asks for metrics that there are, and for none else', () => {
    const known = metricNames()
    const asked = [...read(file).matchAll(/\b(?:silica|process)_\w+/g)].map(([name]) => name)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.filter((name) => !known.includes(name.replace(/_bucket$/, '')))).toEqual([])
  })
})

test('the dashboard shows every metric', () => {
  const text = read('deploy/grafana/silica.json')
  expect(metricNames().filter((name) => !text.includes(name))).toEqual([])
})

test('YAML of compose files, rules and the chart can be read', () => {
  const files = globSync('deploy/**/*.yaml', { cwd: root }).filter((file) => !file.includes('templates'))
  expect(files.length).toBeGreaterThan(4)
  for (const file of files)
    for (const document of parseAllDocuments(read(file), { merge: true }))
      expect([file, document.errors]).toEqual([file, []])
})

test('the rows and limits of the fleet are those that Silica reads', () => {
  const { configs } = parse(read('deploy/compose/fleet.yaml'), { merge: true })
  const text: unknown = configs.silica.content
  const { value, refuse } = parseYaml('silica.yaml', String(text))
  const rows = readRows(
    { name: 'silica.yaml', text: String(text), folder: root, field: 'rows' },
    readRows({ name: 'qwen.yaml', text: read('models/qwen.yaml'), folder: root, field: '' }),
  )
  expect(rows.map(({ model, engine }) => [model.id, engine.kind])).toEqual([['Qwen/Qwen3-8B', 'upstream']])
  expect(readLimits(keepTo(limitsSchema, Object(value).limits, refuse), refuse)).toMatchObject({ servers: 2 })
})

test('variables of the deployments are those that Silica reads', () => {
  const known = new Set(
    globSync('src/cli/*.ts', { cwd: root }).flatMap((file) => read(file).match(/\bSILICA_\w+/g) ?? []),
  )
  const files = globSync(['deploy/**/*.yaml', 'deploy/Dockerfile', 'deploy/silica.service'], { cwd: root })
  const asked = files.flatMap((file) => read(file).match(/\bSILICA_\w+/g) ?? [])
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((name) => !known.has(name))).toEqual([])
})
