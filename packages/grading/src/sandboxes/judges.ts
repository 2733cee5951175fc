import type { Cell } from './cell.ts'
import type { Limits, Sandbox } from './sandbox.ts'

/** Seconds for an interpreter to stand ready; what takes longer is the machine's fault, never the program's. */
const patience = 60
/** Trials after which a judge is replaced, so that what tests may leave behind does not add up. */
const longestService = 50

const resting = new Map<Sandbox, Cell[]>()
const served = new WeakMap<Cell, number>()

/** A fresh cell for the program and a judge: one that rests, where the sandbox keeps them, or a fresh one. A judge may serve many trials, for only the tasks' own tests ever run in it. */
export async function startBoth(sandbox: Sandbox, limits: Limits): Promise<[program: Cell, judge: Cell]> {
  const starting = [start(sandbox, 'program', limits), awake(sandbox) ?? start(sandbox, 'judge', limits)] as const
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

/** Keeps a judge for the next trial if it can serve in one, and ends it otherwise. */
export function giveBack(sandbox: Sandbox, judge: Cell): void {
  const count = (served.get(judge) ?? 0) + 1
  served.set(judge, count)
  if (!sandbox.keepsJudges || judge.busy || judge.overflowed || count >= longestService || !judge.rest()) return judge.kill()
  resting.set(sandbox, [...(resting.get(sandbox) ?? []), judge])
}

async function start(sandbox: Sandbox, role: 'program' | 'judge', limits: Limits): Promise<Cell> {
  const cell = await sandbox.start(role, limits)
  const clock = setTimeout(() => cell.kill(), patience * 1000)
  const line = await cell.receive()
  clearTimeout(clock)
  if (line === '"ready"') return cell
  cell.kill()
  throw new Error(`The ${sandbox.name} sandbox did not start: ${cell.complaint.trim().split('\n').at(-1) || `no answer in ${patience} s`}`)
}
