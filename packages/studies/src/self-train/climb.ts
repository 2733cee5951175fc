import type { Model, Solver, Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import direct from '@whetstone/solvers/solvers/direct.ts'
import type { LevelRate } from './measure-levels.ts'
import { measureLevels } from './measure-levels.ts'
import { sftRow } from './rows.ts'
import type { Study } from './study.ts'
import { stopwatch } from './stopwatch.ts'
import { attemptTasks, generated, passedOf } from './study.ts'
import { trainRows } from './train-rows.ts'

export type Climb = {
  /** Where it is to arrive: this level solved at this rate with every level below it kept at `kept`, by validation tasks. */
  goal: { level: number; rate: number; kept: number }
  mostRounds: number
  /** Levels above the frontier that are attempted, and tasks at each. */
  window: number
  each: number
  /** A level this often solved in its attempts is behind the frontier. */
  solved: number
  /** How train tasks are attempted. */
  solver: Solver
  temperature: number
  /** Rows kept a level, and how often each is trained on. */
  stock: number
  visits: number
  learningRate: number
  measure: number
}
export const climbDefaults: Omit<Climb, 'goal'> = {
  mostRounds: 24,
  window: 3,
  each: 400,
  solved: 0.8,
  solver: direct(),
  temperature: 0,
  stock: 1500,
  visits: 4,
  learningRate: 1e-3,
  measure: 200,
}
export type ClimbRound = {
  round: number
  frontier: number
  tokens: number
  rows: number
  /** Attempting and training so far, by the clock; measuring apart. */
  seconds: number
  rates: LevelRate[]
}
type Kept = { trace: Trace; visits: number }

/**
 * Expert iteration up a ladder of levels, in small rounds: the levels above the frontier are attempted, what passes is kept in a stock and
 * trained on a few times, beside as many own fresh passing rows of the levels below, which so are not forgotten. The frontier moves when a
 * level is solved. Ends when the goal is reached in a measurement on validation tasks, or after so many rounds.
 */
export async function climb(study: Study, settings: Climb, onRound: (round: ClimbRound) => void = () => {}): Promise<ClimbRound[]> {
  const { goal, mostRounds, window, each, solved, solver, temperature, stock, visits, learningRate, measure } = settings
  const kept = new Map<number, Kept[]>()
  const done: ClimbRound[] = []
  let model: Model = study.model
  let frontier = 0
  let seconds = 0
  const ladder = (to: number) => Array.from({ length: to }, (_, i) => i + 1)
  const measured = (round: number) =>
    measureLevels(study, `climb-${round}-measure`, model, {
      levels: ladder(Math.max(frontier + window, goal.level)),
      each: measure,
      solver: direct(),
    })
  const probe = await study.taskset.load({ split: 'train', seed: study.seed, round: 0, levels: ladder(goal.level), limit: 50 })
  frontier = highest(await attemptTasks(study, { name: 'climb-0-attempts', model, tasks: probe, solver: direct(), round: 0 }), solved)
  done.push({ round: 0, frontier, tokens: 0, rows: 0, seconds, rates: await measured(0) })
  onRound(done[0]!)
  for (let round = 1; round <= mostRounds; round++) {
    using clock = stopwatch(`${study.folder}/climb-${round}.seconds.json`)
    const load = (levels: readonly number[], limit: number) =>
      study.taskset.load({ split: 'train', seed: study.seed, round, levels, limit })
    const above = Array.from({ length: window }, (_, i) => frontier + 1 + i)
    const below = ladder(frontier)
    const tasks = [...(await load(above, each)), ...(await load(below, Math.ceil((each * window) / 2 / Math.max(1, frontier))))]
    const traces = await attemptTasks(study, { name: `climb-${round}-attempts`, model, tasks, solver, temperature, round, mayGrade: true })
    const passed = passedOf(traces)
    for (const level of above) {
      const fresh = passed.filter((trace) => trace.level === level).map((trace): Kept => ({ trace, visits: 0 }))
      kept.set(level, [...(kept.get(level) ?? []), ...fresh].slice(-stock))
    }
    const next = random(deriveSeed(study.seed, 'climb', round))
    const rows = above.flatMap((level) => (kept.get(level) ?? []).filter((row) => row.visits < visits))
    for (const row of rows) row.visits++
    const lower = shuffle(
      passed.filter(({ level }) => level <= frontier),
      next,
    ).slice(0, Math.max(rows.length, 200))
    const stage = { method: 'sft' as const, rows: [...rows.map(({ trace }) => sftRow(trace)), ...lower.map(sftRow)], learningRate }
    if (stage.rows.length > 0) model = (await trainRows(study, `climb-${round}-model`, model, stage)).model
    seconds += clock.stop()
    const rates = await measured(round)
    done.push({ round, frontier, tokens: generated(traces), rows: stage.rows.length, seconds, rates })
    onRound(done.at(-1)!)
    const wanted = (level: number) => (level === goal.level ? goal.rate : goal.kept)
    if (rates.filter(({ level }) => level <= goal.level).every(({ level, n, passed }) => passed >= wanted(level) * n)) break
    frontier = Math.max(frontier, highest(traces, solved))
  }
  return done
}

/** The highest level up to which every one that was attempted is solved; from train attempts, since validation only measures. */
function highest(traces: readonly Trace[], solved: number): number {
  const groups = [...Map.groupBy(traces, ({ level }) => level)].sort(([a], [b]) => a - b)
  const first = groups.find(([, group]) => passedOf(group).length < solved * group.length)
  return first ? first[0] - 1 : (groups.at(-1)?.[0] ?? 0)
}
