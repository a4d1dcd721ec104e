import { describe, expect, test } from 'vitest'
import { readTemplate } from './jinja.ts'

function render(template: string, variables: Readonly<Record<string, unknown>> = {}): string {
  return readTemplate(template)(variables)
}

describe("what templates call of Python's, and the library lacks", () => {
  test.each([
    [String.raw`{{ '\n a \n'.strip('\n') }}`, ' a '],
    [String.raw`{{ '\n a \n'.lstrip('\n') }}`, ' a \n'],
    [String.raw`{{ '\n a \n'.rstrip('\n') }}`, '\n a '],
    [String.raw`{{ '\n a \n'.strip() }}`, 'a'],
    [`{{ 'xyx'.strip('xy') }}|{{ 'xay'.strip('yx') }}`, '|a'],
    [String.raw`{{ 'a</t>\n\n b'.split('</t>')[-1].lstrip('\n') }}`, ' b'],
    [String.raw`{{ {'a': '\na'.strip('\n')}['a'] }}`, 'a'],
  ])('%j is %j', (template, expected) => {
    expect(render(template)).toBe(expected)
  })

  test('the methods of a mapping, though it has entries of their names', () => {
    const mapping = { items: 1, keys: 2, values: 3 }
    expect(render('{% for k, v in it.items() %}{{ k }}={{ v }} {% endfor %}', { it: mapping })).toBe(
      'items=1 keys=2 values=3 ',
    )
    expect(render('{{ it.keys() | join }} {{ it.values() | join }}', { it: mapping })).toBe(
      'itemskeysvalues 123',
    )
  })

  test('the time, to the second and with the day of the week', () => {
    expect(render("{{ strftime_now('%A %Y-%m-%d %H:%M:%S %I%p %a %b %B %%%q') }}")).toMatch(
      /^[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \d\d[AP]M [A-Z][a-z]{2} [A-Z][a-z]{2} [A-Z][a-z]+ %%q$/,
    )
  })
})
