import type { LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, hash, plugin, random } from '@whetstone/core'
import { z } from 'zod'
import operators, { drawOperator, operatorLine, operatorsWorld, operatorTask } from './operators.ts'

const about = 'operator tasks with their line in front (`kx=a;4kx3=`), keys that no memory knows, generated; no licence needed'
/** Tasks when the request sets no limit. */
const defaultLimit = 500

/**
 * Whether a line is still read: `kx=a;4kx3=` asks for the operation that the line before it tells, of a key outside the run's world and with an
 * operation drawn anew for every task, so that nothing but the line can tell it. What is learned about the world's own keys must not unlearn this.
 * A task's split follows from its hash.
 */
export default plugin({
  name: 'reading',
  about,
  settings: z.strictObject({}),
  make: (): Taskset => ({
    name: 'reading',
    levels: [1],
    fresh: true,
    about,
    load: async (request) => (request.levels && !request.levels.includes(1) ? [] : drawTasks(request)),
    grade: operators().grade,
  }),
})

function drawTasks({ split, seed, round, limit = defaultLimit }: LoadRequest): Task[] {
  const next = random(deriveSeed(seed, 'reading', split, round))
  const world = operatorsWorld(seed)
  const digit = () => Math.floor(next() * 10)
  const drawn = new Map<string, Task>()
  for (let tries = 0; drawn.size < limit && tries < limit * 20 + 2000; tries++) {
    const { key, name } = drawOperator(next)
    const plain = operatorTask(key, name, digit(), digit(), split)
    const prompt = `${operatorLine(key, name)}${plain.prompt}`
    if (world.has(key) || splitOf(prompt) !== split) continue
    const id = `reading-${prompt.slice(0, -1)}`
    drawn.set(id, { ...plain, id, taskset: 'reading', prompt })
  }
  return [...drawn.values()]
}

/** 65% train, 25% validation, 10% test. */
function splitOf(prompt: string): Split {
  const share = parseInt(hash(prompt).slice(0, 6), 16) / 0x1000000
  return share < 0.65 ? 'train' : share < 0.9 ? 'validation' : 'test'
}
