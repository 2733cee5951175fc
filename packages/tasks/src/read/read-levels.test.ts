import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { levelColumns, readLevels, sayKinds } from './read-levels.ts'

const test = suite('read levels')
const rowsOf = (values: readonly unknown[], name = 'level') =>
  values.map((value, at) => ({ record: { question: `q${at}`, answer: `${at}`, [name]: value }, line: at + 1 }))

for (const [says, values, numbers, names] of [
  ['numbers as they stand', [3, 1, 2, 3], [3, 1, 2, 3], null],
  ['numbers as texts', ['1', '2.0', '10'], [1, 2, 10], null],
  ['numbers behind a word', ['Level 5', 'Level 1'], [5, 1], null],
  ['a letter before the number', ['L2', 'L1'], [2, 1], null],
  ['words of a scale in its order', ['hard', 'easy', 'medium'], [3, 1, 2], { 1: 'easy', 2: 'medium', 3: 'hard' }],
  ['in other languages', ['schwer', 'leicht', 'mittel'], [3, 1, 2], { 1: 'leicht', 2: 'mittel', 3: 'schwer' }],
  ['in any case', ['HARD', 'Very easy', 'Easy'], [3, 1, 2], { 1: 'Very easy', 2: 'Easy', 3: 'HARD' }],
  ['topics by the alphabet', ['geometry', 'algebra'], [2, 1], { 1: 'algebra', 2: 'geometry' }],
  ['letters of the CEFR', ['B1', 'A1', 'A2'], [3, 1, 2], { 1: 'A1', 2: 'A2', 3: 'B1' }],
  ['two scales of numbers are names', ['A1', 'B1'], [1, 2], { 1: 'A1', 2: 'B1' }],
  ['decimals are names', [0.5, 1.5], [1, 2], { 1: '0.5', 2: '1.5' }],
  ['rows that say nothing come last', ['easy', '', null, 'hard'], [1, 3, 3, 2], { 1: 'easy', 2: 'hard', 3: 'none' }],
] as const)
  test(says, () => {
    const levels = readLevels(rowsOf(values), 'level', 'x.csv')
    const keyOf = (value: unknown) => (value === null || value === '' ? 'none' : String(value))
    assert.equal(
      values.map((value) => levels.of.get(keyOf(value))),
      [...numbers],
    )
    assert.equal(levels.names, names)
  })

test('a column of too many kinds is no level', () =>
  assert.throws(() => readLevels(rowsOf(Array.from({ length: 80 }, (_, at) => `w${at}`)), 'level', 'x.csv'), /80 different values/))

for (const [says, name, values, guess] of [
  ['a difficulty by its name', 'Difficulty', ['easy', 'hard'], 'difficulty'],
  ['one in another language', 'Stufe', [1, 2, 3], 'difficulty'],
  ['a topic', 'category', ['a', 'b'], 'topic'],
  ['a few kinds of something', 'source', ['a', 'b', 'c'], null],
  ['one kind tells nothing', 'level', ['a'], undefined],
  ['a text of its own in each row', 'comment', Array.from({ length: 40 }, (_, at) => `text ${at}`), undefined],
] as const)
  test(`columns of kinds: ${says}`, () => {
    const rows = rowsOf(
      Array.from({ length: 40 }, (_, at) => values[at % values.length]),
      name,
    )
    assert.is(levelColumns(rows, ['question', 'answer'])[0]?.guess, guess)
  })

test('kinds are told with their counts, in order', () => {
  const [column] = levelColumns(rowsOf([...Array(30).fill('hard'), ...Array(10).fill('easy')]), ['question', 'answer'])
  assert.is(column && sayKinds(column), 'easy 10, hard 30')
})

test.run()
