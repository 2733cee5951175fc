import type { LoadRequest, Random, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, plugin, random, shuffle } from '@whetstone/core'
import { z } from 'zod'
import { gradeTrace, splitOf } from './chains.ts'
import type { Chain } from '../chains/chain.ts'
import { chainSigns, drawChain, traceText } from '../chains/chain.ts'
import { checkTrace } from '../chains/check-trace.ts'

const letters = [...'abcdefghijklmnopqrstuvwxyz']
/** All 676 keys: two letters. */
export const chainKeys: readonly string[] = letters.flatMap((first) => letters.map((second) => first + second))
/** Keys of one world. */
export const chainWorldSize = 64

/** Which sign each key stands for in the world of a seed: 64 keys, every sign about equally often. Nothing in a prompt tells it. */
export function chainsWorld(seed: number): Map<string, string> {
  const keys = shuffle(chainKeys, random(deriveSeed(seed, 'chains-keys', 'world'))).slice(0, chainWorldSize)
  return new Map(keys.map((key, i) => [key, chainSigns[i % chainSigns.length] as string]))
}

const about = 'chains with one sign hidden behind a two-letter key, 64 keys a world, generated; level = operations; no licence needed'

/**
 * Chains in which a key of two letters stands in the place of one sign: `3kx5*2?` is answered `3+5=1;1*2=2;#2` where kx adds. The trace says
 * what the key was taken for; what it is only a memory line (`kx=+;`) tells, or a third of luck. A world of 64 keys belongs to a run's seed;
 * tasks that share a key share a cluster. The splits divide the chains.
 */
export default plugin({
  name: 'chains-keys',
  about,
  settings: z.strictObject({}),
  make: (): Taskset => ({
    name: 'chains-keys',
    levels: { from: 1 },
    fresh: true,
    about,
    async load(request) {
      return (request.levels ?? [2]).flatMap((level) => drawLevel(request, level))
    },
    grade: (task, answer) => gradeTrace(checkTrace(task.reference, answer.trim())),
    hint: ({ reference }) => reference.slice(reference.indexOf('#')),
  }),
})

/** Tasks of one level when the request sets no limit: ten a key. */
const defaultLimit = 10 * chainWorldSize

/** The limit taken evenly from all keys; where it does not divide, which keys give one more is drawn by seed. */
function drawLevel({ split, seed, round, limit = defaultLimit }: LoadRequest, level: number): Task[] {
  const keys = shuffle([...chainsWorld(seed)], random(deriveSeed(seed, 'chains-keys', 'order', split, level, round)))
  return keys.flatMap(([key, sign], i) => {
    const next = random(deriveSeed(seed, 'chains-keys', key, split, level, round))
    const count = Math.floor(limit / keys.length) + Number(i < limit % keys.length)
    const drawn = new Map<string, Task>()
    for (let tries = 0; drawn.size < count && tries < count * 20 + 200; tries++) {
      const task = chainKeyTask(next, key, sign, level)
      if (task.split === split) drawn.set(task.id, task)
    }
    return [...drawn.values()]
  })
}

/** A random chain whose sign at a random place is the key's, shown by the key. */
export function chainKeyTask(next: Random, key: string, sign: string, level: number): Task {
  const drawn = drawChain(next, level)
  const place = Math.floor(next() * level)
  const chain: Chain = { ...drawn, operations: drawn.operations.map((each, i) => (i === place ? { ...each, sign } : each)) }
  const text = `${chain.start}${chain.operations.map((each, i) => (i === place ? key : each.sign) + each.operand).join('')}`
  const split: Split = splitOf(text)
  return {
    id: `chains-keys-${text}`,
    taskset: 'chains-keys',
    split,
    prompt: `${text}?`,
    reference: traceText(chain),
    level,
    cluster: key,
    metadata: {},
  }
}

/** What a key stands for, and the memory line that tells it. */
export const chainKeyRule = (key: string, sign: string): string => `${key}=${sign}`
export const chainKeyLine = (key: string, sign: string): string => `${chainKeyRule(key, sign)};`
