import type { Cell } from './cell.ts'
import type { Limits, Sandbox } from './sandbox.ts'
import { startReady } from './start-ready.ts'

/**
 * Trials, and characters of orders and answers, after which a judge is replaced: so that what tests leave behind and what hostile programs
 * make it hold does not add up.
 */
const longestService = { trials: 50, characters: 4e6 }

const resting = new Map<Sandbox, Cell[]>()
const served = new WeakMap<Cell, number>()

/**
 * A fresh cell for the program and a judge: one that rests, or a fresh one. A judge may serve many trials, for
 * only the tasks' own tests ever run in it.
 */
export async function startBoth(sandbox: Sandbox, limits: Limits): Promise<[program: Cell, judge: Cell]> {
  const starting = [startReady(sandbox, 'program', limits), awake(sandbox) ?? startReady(sandbox, 'judge', limits)] as const
  try {
    return await Promise.all(starting)
  } catch (error) {
    for (const cell of await Promise.allSettled(starting)) if (cell.status === 'fulfilled') cell.value.kill()
    throw error
  }
}

function awake(sandbox: Sandbox): Cell | undefined {
  for (let judge = resting.get(sandbox)?.pop(); judge; judge = resting.get(sandbox)?.pop()) if (judge.wake()) return judge
  return undefined
}

/** Keeps a judge for the next trial if it can serve in one, and ends it otherwise. One that is still busy waits for an answer that will not come. */
export function giveBack(sandbox: Sandbox, judge: Cell): void {
  const count = (served.get(judge) ?? 0) + 1
  served.set(judge, count)
  if (judge.busy) return judge.kill()
  if (count >= longestService.trials || judge.sent > longestService.characters) return judge.end()
  if (!judge.rest()) return
  resting.set(sandbox, [...(resting.get(sandbox) ?? []), judge])
}
