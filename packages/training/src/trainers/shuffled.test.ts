import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dealAnswers, dealLines } from './shuffled.ts'

const test = suite('shuffledControl')
const count = 200
const chat = (i: number) => ({
  messages: [
    { role: 'user', content: `q${i}` },
    { role: 'assistant', content: `a${i}` },
  ],
  weight: 1,
  trace: `t${i}`,
})
const own = (i: number) => ({ prompt: `p${i}`, completion_ids: [i, 2], forced: [[0, i]], trace: `t${i}` })
const pair = (i: number) => ({
  prompt: [{ role: 'user', content: `q${i}` }],
  chosen: `c${i}`,
  rejected: `r${i}`,
  traces: { chosen: 'x', rejected: 'y' },
})
const places = Array.from({ length: count }, (_, i) => i)
const moved = (answers: number[]) => answers.filter((answer, i) => answer !== i).length

test('what the trainer reads is dealt: ids, and what is forced of them, go together; prompts stay', () => {
  const rows = dealAnswers(places.map(own), 1) as ReturnType<typeof own>[]
  assert.equal(
    rows.map(({ prompt, trace }) => [prompt, trace]),
    places.map((i) => [`p${i}`, `t${i}`]),
  )
  const answers = rows.map(({ completion_ids: [first] }) => first as number)
  assert.equal(
    [...answers].sort((a, b) => a - b),
    places,
  )
  assert.ok(moved(answers) > 0.95 * count)
  for (const { completion_ids, forced } of rows) assert.is(forced[0]?.[1], completion_ids[0])
})

test('the last message is dealt, weight and trace are not', () => {
  const rows = dealAnswers(places.map(chat), 1) as ReturnType<typeof chat>[]
  assert.equal(
    rows.map(({ messages, trace }) => [messages[0]?.content, messages.length, trace]),
    places.map((i) => [`q${i}`, 2, `t${i}`]),
  )
  assert.ok(moved(rows.map(({ messages }) => Number(messages[1]?.content.slice(1)))) > 0.95 * count)
})

test('pairs lose their prompts, and a coin says which answer is chosen', () => {
  const rows = dealAnswers(places.map(pair), 1) as ReturnType<typeof pair>[]
  const swapped = rows.filter(({ chosen }) => chosen.startsWith('r'))
  assert.ok(swapped.length > 0.35 * count && swapped.length < 0.65 * count, `${swapped.length}`)
  assert.ok(rows.every(({ chosen, rejected }) => chosen.slice(1) === rejected.slice(1)))
  assert.ok(moved(rows.map(({ chosen }) => Number(chosen.slice(1)))) > 0.95 * count)
})

test('rows of two shapes are dealt apart, by seed', () => {
  const mixed = places.map((i) => (i % 2 ? own(i) : chat(i)))
  const rows = dealAnswers(mixed, 1)
  assert.ok(rows.every((row, i) => 'messages' in row === (i % 2 === 0) && 'completion_ids' in row === (i % 2 === 1)))
  assert.equal(dealAnswers(mixed, 1), rows)
  assert.not.equal(dealAnswers(mixed, 2), rows)
})

test('of rows to distill, those whose line is hidden are dealt among themselves, teacher and answer together', () => {
  const rows = places.map((i) => ({ prompt: `p${i}`, teacher_prompt: i % 2 ? `line p${i}` : `p${i}`, completion_ids: [i] }))
  const dealt = dealLines(rows, 1) as typeof rows
  assert.equal(
    dealt.map(({ prompt }) => prompt),
    places.map((i) => `p${i}`),
  )
  const answers = dealt.map(({ completion_ids: [first] }) => first as number)
  assert.ok(dealt.every((row, i) => i % 2 === 1 || row === rows[i]))
  assert.ok(dealt.every(({ teacher_prompt }, i) => teacher_prompt === `${i % 2 ? 'line ' : ''}p${answers[i]}`))
  assert.ok(moved(answers) > 0.45 * count)
})

test.run()
