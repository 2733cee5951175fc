import type { Model, Task, Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import direct from '@whetstone/solvers/solvers/direct.ts'
import type { LevelRate } from './measure-levels.ts'
import { measureLevels } from './measure-levels.ts'
import type { Method } from './methods.ts'
import type { Study } from './study.ts'
import { stopwatch } from './stopwatch.ts'
import { attemptTasks, generated } from './study.ts'
import { trainRows } from './train-rows.ts'

export type SelfTraining = {
  method: string
  how: Method
  prompts: string
  rounds: number
  /** Levels of the train tasks, all equally often; the easy ones keep what is solved in the rows. */
  levels: readonly number[]
  /** Tokens that a round's attempts may generate: tasks are attempted until they are spent. */
  tokens: number
  measure: { levels: readonly number[]; each: number }
}
export type SelfTrained = {
  round: number
  tokens: number
  attempts: number
  passed: number
  rows: number
  loss: number | null
  seconds: { attempt: number; train: number }
  rates: LevelRate[]
}

/** Rounds of one self-training method at so many generated tokens each; after each the model is measured on validation tasks. */
export async function selfTrain(
  study: Study,
  training: SelfTraining,
  onRound: (round: SelfTrained) => void = () => {},
): Promise<SelfTrained[]> {
  const { method, how, prompts, rounds, levels, tokens, measure } = training
  const solver = how.solver(prompts)
  const all: Trace[] = []
  let last: Model = study.model
  const done: SelfTrained[] = []
  const measured = (round: number, model: Model) =>
    measureLevels(study, `${method}-${round}-measure`, model, { ...measure, solver: direct() })
  done.push({
    round: 0,
    tokens: 0,
    attempts: 0,
    passed: 0,
    rows: 0,
    loss: null,
    seconds: { attempt: 0, train: 0 },
    rates: await measured(0, last),
  })
  onRound(done[0]!)
  for (let round = 1; round <= rounds; round++) {
    using attempting = stopwatch(`${study.folder}/${method}-${round}-attempts.seconds.json`)
    const fresh: Trace[] = []
    const tasks = await drawTasks(study, levels, round)
    const slice = Math.max(16, Math.ceil(256 / how.samples))
    for (let from = 0; from < tasks.length && generated(fresh) < tokens; from += slice) {
      const name = `${method}-${round}-attempts-${from / slice}`
      const { samples, temperature, logprobs } = how
      fresh.push(
        ...(await attemptTasks(study, {
          ...{ name, model: last, solver, samples, temperature, logprobs, round, mayGrade: true },
          tasks: tasks.slice(from, from + slice),
        })),
      )
    }
    all.push(...fresh)
    const attempt = attempting.stop()
    using learning = stopwatch(`${study.folder}/${method}-${round}-training.seconds.json`)
    const { from, stages } = how.learn({ fresh, all, base: study.model, last })
    let loss: number | null = null
    last = from
    for (const [i, stage] of stages.entries()) {
      if (stage.rows.length === 0) continue
      const trained = await trainRows(study, `${method}-${round}-model-${i}`, last, stage)
      last = trained.model
      loss = trained.loss
    }
    const seconds = { attempt, train: learning.stop() }
    const rows = stages.reduce((sum, stage) => sum + stage.rows.length, 0)
    const passed = fresh.filter(({ grade }) => grade.passed).length
    done.push({ round, tokens: generated(fresh), attempts: fresh.length, passed, rows, loss, seconds, rates: await measured(round, last) })
    onRound(done.at(-1)!)
  }
  return done
}

/** More tasks than any round attempts, levels mixed. */
async function drawTasks({ taskset, seed }: Study, levels: readonly number[], round: number): Promise<Task[]> {
  const tasks = await taskset.load({ split: 'train', seed, round, levels, limit: 4000 })
  return shuffle(tasks, random(deriveSeed(seed, 'order', round)))
}
