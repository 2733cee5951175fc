import { from } from 'arquero'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { htmlTable } from './html-table.ts'
import { showTable } from './show-table.ts'
import { textTable } from './text-table.ts'
import { wideTable } from './wide-table.ts'

const test = suite('tables')
const long = [
  { group: 'addition 10', n: 4, round: 2, rate: 0.5 },
  { group: 'addition 9', n: 4, round: 1, rate: 1 },
  { group: 'addition 10', n: 4, round: 10, rate: 0 },
]

test('long rows become wide ones in order of appearance, with holes', () => {
  assert.equal(
    textTable(wideTable(long, { by: ['group', 'n'], across: 'round', cell: 'rate' }), (value) => `=${String(value)}`),
    {
      head: ['group', 'n', '2', '1', '10'],
      rows: [
        ['addition 10', '=4', '=0.5', '-', '=0'],
        ['addition 9', '=4', '-', '=1', '-'],
      ],
    },
  )
  assert.equal(textTable(wideTable([] as typeof long, { by: ['group'], across: 'round', cell: 'rate' })).rows, [])
})

test('a terminal table is aligned, the first column to the left', () => {
  const shown = showTable(
    textTable(
      from([
        { name: 'a', count: 5 },
        { name: 'longer', count: 12345678 },
      ]),
    ),
  )
  assert.equal(shown.split('\n'), ['  name       count', '  a              5', '  longer  12345678'])
})

test('titles and cells of a page are escaped', () => {
  const page = htmlTable(textTable(from([{ '<b>': '<script>', b: '"&' }])))
  assert.is(
    page,
    '<div class="scroll"><table><tr><th>&lt;b&gt;</th><th>b</th></tr><tr><td>&lt;script&gt;</td><td>&quot;&amp;</td></tr></table></div>',
  )
})

test.run()
