import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Lesson, Taken } from './seed-course.ts'
import { isSeed, nextLesson } from './seed-course.ts'

const test = suite('seed-course')

/** A course in which lesson k leaves the accuracies that `learns` says. */
function walk(lessons: number, learns: (lesson: Lesson, taken: readonly Taken[]) => Record<string, number>): Taken[] {
  const taken: Taken[] = []
  for (let lesson = nextLesson(taken); lesson && taken.length < lessons; lesson = nextLesson(taken)) {
    taken.push({ ...lesson, model: '', rows: 1, tasted: 0, tokens: 1, loss: 0, accuracy: learns(lesson, taken) })
  }
  return taken
}
const solved = { 'addition 2': 1, 'addition 3': 1, 'addition 4': 1, 'operators right': 1 }

test('a length is added when the last is learned, then rates fall', () => {
  const taken = walk(20, ({ number }) => ({ ...solved, 'addition 3': number < 4 ? 0.2 : 0.995, 'addition 5': 0.5 }))
  const course = taken.map(({ phase, top }) => `${phase} ${top}`)
  assert.equal(course, ['climb 2', 'climb 3', 'climb 3', 'climb 3', 'climb 4', ...Array(6).fill('settle 4')])
  const rates = taken.map(({ learningRate }) => learningRate)
  assert.equal(
    rates,
    [...rates].sort((a, b) => b - a),
  )
  assert.ok(isSeed(taken))
})

test('5 digits are tasted while under half, and not beyond', () => {
  const at5 = (taken: readonly Taken[]) => taken.at(-1)?.accuracy['addition 5'] ?? 0
  const taken = walk(30, ({ phase }, before) => ({ ...solved, 'addition 5': at5(before) + (phase === 'taste' ? 0.1 : 0.01) }))
  assert.equal(
    taken.slice(9).map(({ phase }) => phase),
    Array(4).fill('taste'),
  )
  assert.ok(Math.abs(at5(taken) - 0.5) < 0.02)
  const beyond = walk(12, () => ({ ...solved, 'addition 5': 0.7 }))
  assert.is(beyond.at(-1)?.phase, 'settle')
})

test('no seed without sure sums and lines, or before it has settled', () => {
  const cases: [string, Record<string, number>][] = [
    ['4 digits unsure', { ...solved, 'addition 4': 0.98, 'addition 5': 0.5 }],
    ['lines unread', { ...solved, 'operators right': 0.9, 'addition 5': 0.5 }],
    ['5 digits too good', { ...solved, 'addition 5': 0.6 }],
  ]
  for (const [name, accuracy] of cases) assert.not(isSeed(walk(20, () => accuracy)), name)
  assert.not(isSeed(walk(8, () => ({ ...solved, 'addition 5': 0.5 }))), 'unsettled')
})

test('a course that leads nowhere ends', () => {
  assert.is(walk(100, () => ({})).length, 60)
})

test.run()
