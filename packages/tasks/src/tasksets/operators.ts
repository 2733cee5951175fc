import type { LoadRequest, Random, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, plugin, random, shuffle } from '@whetstone/core'
import { z } from 'zod'

/**
 * The language of memory lines: a letter names an operation on two digits, and the next letter the same subtracted from nine. `kx=a;`
 * says that the key kx adds. None depends on the order of the digits, which a model without position encoding learns late. Any two differ
 * on at least 70 of the 100 operand pairs; who knows all of them but not the key's own is right in 26% at best.
 */
export const operations: Readonly<Record<string, (x: number, y: number) => number>> = {
  a: (x, y) => (x + y) % 10, // add
  b: (x, y) => (19 - x - y) % 10,
  d: (x, y) => Math.abs(x - y), // distance
  e: (x, y) => 9 - Math.abs(x - y),
  h: (x, y) => Math.max(x, y), // high
  i: (x, y) => 9 - Math.max(x, y),
  l: (x, y) => Math.min(x, y), // low
  m: (x, y) => 9 - Math.min(x, y),
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'].filter((letter) => !(letter in operations))
/** All 324 keys: two letters that name no operation. */
export const operatorKeys: readonly string[] = letters.flatMap((first) => letters.map((second) => first + second))
/** Keys of one world. */
export const worldSize = 64

/** Which operation each key stands for in the world of a seed: 64 keys, every operation equally often. Nothing in a prompt tells it. */
export function operatorsWorld(seed: number): Map<string, string> {
  const next = random(deriveSeed(seed, 'operators', 'world'))
  const keys = shuffle(operatorKeys, next).slice(0, worldSize)
  const names = Object.keys(operations)
  return new Map(keys.map((key, i) => [key, names[i % names.length] as string]))
}

/** How many of a key's 100 operand pairs each split holds. */
const share: Record<Split, number> = { train: 80, validation: 10, test: 10 }

const about = 'one digit by an operation that a two-letter key stands for, 64 keys a world, generated; no licence needed'

/**
 * `4kx3=`: apply the operation of key kx to the digits 4 and 3; the answer is one digit. A world belongs to a run's seed; the splits
 * divide each key's operand pairs. Validation and test are the same in every round; the order in which train tasks are drawn changes with
 * the round.
 */
export default plugin({
  name: 'operators',
  about,
  settings: z.strictObject({}),
  make: (): Taskset => ({
    name: 'operators',
    levels: [1],
    fresh: false,
    about,
    async load(request) {
      if (request.levels && !request.levels.includes(1)) return []
      return balanced(
        [...operatorsWorld(request.seed)].map(([key, name]) => drawKey(request, key, name)),
        request,
      )
    },
    grade(task, answer) {
      const given = answer.trim()
      const format = Number(/^\d$/.test(given))
      const passed = given === task.reference
      const reason = passed ? 'correct' : format ? 'wrong answer' : given === '' ? 'no answer' : 'not one digit'
      const feedback = format ? '' : 'Answer with one digit.'
      return { reward: Number(passed), passed, parts: { answer: Number(passed), format }, reason, feedback }
    },
  }),
})

/** One key's tasks of a split, in the order in which they are handed out. */
function drawKey({ split, seed, round }: LoadRequest, key: string, name: string): Task[] {
  const pairs = shuffle(
    Array.from({ length: 100 }, (_, i) => i),
    random(deriveSeed(seed, 'operators', 'pairs', key)),
  )
  const from = split === 'train' ? 0 : split === 'validation' ? share.train : share.train + share.validation
  const own = pairs.slice(from, from + share[split])
  const order = split === 'train' ? shuffle(own, random(deriveSeed(seed, 'operators', 'order', key, round))) : own
  return order.map((pair) => operatorTask(key, name, Math.floor(pair / 10), pair % 10, split))
}

/** The limit taken evenly from all keys; where it does not divide, which keys give one more is drawn by seed. */
function balanced(perKey: Task[][], { seed, round, split, limit = Infinity }: LoadRequest): Task[] {
  const keys = shuffle(perKey, random(deriveSeed(seed, 'operators', 'keys', split === 'train' ? round : 0)))
  const each = Math.floor(limit / keys.length)
  const more = limit % keys.length
  return keys.flatMap((tasks, i) => tasks.slice(0, limit === Infinity ? tasks.length : each + Number(i < more)))
}

/** A task of a key whose operation is given by its letter. */
export function operatorTask(key: string, name: string, x: number, y: number, split: Split): Task {
  const apply = operations[name]
  if (!apply) throw new Error(`No operation "${name}". Operations: ${Object.keys(operations).join(' ')}`)
  const prompt = `${x}${key}${y}=`
  const reference = String(apply(x, y))
  return { id: `operators-${prompt.slice(0, -1)}`, taskset: 'operators', split, prompt, reference, level: 1, cluster: key, metadata: {} }
}

/** The memory line that tells a key's operation. */
export const operatorLine = (key: string, name: string): string => `${key}=${name};`

/** A key and an operation drawn at random, as the seed model meets them: no world is learned before a run. */
export function drawOperator(next: Random): { key: string; name: string } {
  const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T
  return { key: pick(operatorKeys), name: pick(Object.keys(operations)) }
}
