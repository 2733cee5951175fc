import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ChainsLesson, ChainsTaken } from './chains-course.ts'
import { chainsGoals, isWorthMixing, missed, nextChainsLesson } from './chains-course.ts'

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

test('steps, then modes; ends with the first lesson after which all goals are met', () => {
  assert.is(phases(walk(() => ({}))), 'steps steps modes modes modes modes')
  const slow = walk(({ number }) => ({ summary: number < 9 ? 0.5 : 0.97 }))
  assert.is(phases(slow), 'steps steps modes modes modes modes modes modes modes')
  const nearly = walk(({ number }) => ({ summary: number < 5 ? 0.5 : number < 8 ? 0.93 : 0.97 }))
  assert.is(phases(nearly), 'steps steps modes modes modes modes last last', 'smaller steps once it is nearly there')
})

test('more of four operations while they are unsure or five are out of reach, fewer of five when they come too soon', () => {
  /** Weights of direct four and of criticized five in the lesson that follows on modes that left this. */
  const steered = (accuracy: Record<string, number>) => {
    const modes = Array.from({ length: 4 }, (_, i) => ({ number: i + 3, phase: 'modes', accuracy: { ...goals, ...accuracy } }))
    const taken = [{ number: 1 }, { number: 2 }, ...modes] as unknown as ChainsTaken[]
    const { phase, shares } = nextChainsLesson(taken) as ChainsLesson
    const weight = (mode: string, level: number) => shares.find((share) => share.mode === mode)!.levels[level]
    return [phase, weight('direct', 4), weight('critique', 5)]
  }
  assert.equal(steered({ 'direct 4': 0.95 }), ['last', 2, 1])
  assert.equal(steered({ 'direct 5': 0.1 }), ['last', 2, 1])
  assert.equal(steered({ 'direct 5': 0.9 }), ['last', 0.15, undefined])
  assert.equal(steered({ critique: 0.3 }), ['modes', 0.4, 1])
})

test('weights are mixed where five operations alone stand in the way', () => {
  assert.is(isWorthMixing(goals), false)
  assert.is(isWorthMixing({ ...goals, 'direct 5': 0.9 }), true)
  assert.is(isWorthMixing({ ...goals, 'direct 5': 0.1, 'revise 5': 0.5 }), true)
  assert.is(isWorthMixing({ ...goals, 'direct 5': 0.9, summary: 0.9 }), false)
})

test('a course that leads nowhere ends, and says what it missed', () => {
  const taken = walk(() => ({ 'direct 5': 0.9 }))
  assert.is(taken.length, 30)
  assert.equal(missed(taken.at(-1)!.accuracy), ['direct 5'])
  assert.equal(missed({}), Object.keys(chainsGoals))
})

test.run()
