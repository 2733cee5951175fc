import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ChainsLesson, ChainsTaken } from './chains-course.ts'
import { chainsGoals, missed, nextChainsLesson } from './chains-course.ts'

const test = suite('chains-course')

const goals = Object.fromEntries(Object.entries(chainsGoals).map(([group, [least, most]]) => [group, (least + most) / 2]))
/** A course in which each lesson leaves what `learns` says. */
function walk(learns: (lesson: ChainsLesson, taken: readonly ChainsTaken[]) => Record<string, number>): ChainsTaken[] {
  const taken: ChainsTaken[] = []
  for (let lesson = nextChainsLesson(taken); lesson && taken.length < 100; lesson = nextChainsLesson(taken)) {
    const { shares, ...rest } = lesson
    const levels = shares.find(({ mode }) => mode === 'direct')!.levels
    taken.push({ ...rest, levels, loss: 0, seconds: 0, accuracy: { ...goals, ...learns(lesson, taken) } })
  }
  return taken
}
const phases = (taken: readonly ChainsTaken[]) => taken.map(({ phase }) => phase).join(' ')

test('steps, then modes until they are learned, then four operations; ends when the goals are met', () => {
  assert.is(phases(walk(() => ({}))), 'steps steps modes modes modes modes top')
  const slow = walk(({ number }) => ({ summary: number < 9 ? 0.5 : 0.97 }))
  assert.is(phases(slow), 'steps steps modes modes modes modes modes modes modes top')
})

test('more of four operations while they are unsure or five are out of reach, less when five come too soon', () => {
  const weights = (accuracy: Record<string, number>) =>
    walk(({ phase }, taken) => (taken.filter((each) => each.phase === 'top').length < 2 ? accuracy : phase === 'top' ? goals : accuracy))
      .filter(({ phase }) => phase === 'top')
      .map(({ levels }) => levels[4])
  assert.equal(weights({ 'direct 4': 0.95 }), [3, 3, 3])
  assert.equal(weights({ 'direct 4': 1, 'direct 5': 0.9 }), [0.3, 0.3, 0.3])
  const tasted = walk(({ phase }, taken) => (phase === 'top' && taken.length > 8 ? goals : { 'direct 4': 1, 'direct 5': 0.05 }))
  assert.ok(tasted.at(-1)!.levels[5]! > 0)
})

test('a course that leads nowhere ends, and says what it missed', () => {
  const taken = walk(() => ({ 'direct 5': 0.9 }))
  assert.is(taken.length, 30)
  assert.equal(missed(taken.at(-1)!.accuracy), ['direct 5'])
  assert.equal(missed({}), Object.keys(chainsGoals))
})

test.run()
