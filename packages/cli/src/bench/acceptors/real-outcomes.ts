import type { Model, Task, Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { sftRow } from '@whetstone/studies/self-train/rows.ts'
import { attemptTasks, passedOf, type Study } from '@whetstone/studies/self-train/study.ts'
import { trainRows } from '@whetstone/studies/self-train/train-rows.ts'
import makeOperators, { operations, operatorLine, operatorsWorld } from '@whetstone/tasks/tasksets/operators.ts'

/** Which of the same tasks each contestant solved, in the tasks' order. */
export type Contestant = { name: string; passed: boolean[] }

const level = 5
const rates = [1e-4, 3e-4, 1e-3]
const shares = [0.25, 0.5, 1]

/** 24 models trained from one data set, the passed attempts of one model at addition; they differ by seed, learning rate and how many of the rows they saw. */
export async function realModels(
  study: Study,
  { outcomes, onModel }: { outcomes: number; onModel: (name: string) => void },
): Promise<Contestant[]> {
  const train = await study.taskset.load({ split: 'train', seed: study.seed, round: 1, levels: [2, 3, 4, level], limit: 500 })
  const attempts = await attemptTasks(study, { name: 'harvest', model: study.model, tasks: train, solver: direct() })
  const rows = passedOf(attempts)
  const tasks = await study.taskset.load({ split: 'validation', seed: study.seed, round: 1, levels: [level], limit: outcomes })
  const contestants: Contestant[] = []
  for (let i = 0; i < 24; i++) {
    const name = `model-${String(i + 1).padStart(2, '0')}`
    const own = shuffle(rows, random(deriveSeed(study.seed, name))).slice(
      0,
      Math.ceil(rows.length * (shares[Math.floor(i / 3) % 3] as number)),
    )
    const { model } = await trainRows(study, name, study.model, {
      method: 'sft',
      rows: own.map(sftRow),
      learningRate: rates[i % 3] as number,
      batch: 32,
    })
    contestants.push({
      name,
      passed: (await attemptTasks(study, { name: `${name}-outcomes`, model, tasks, solver: direct() })).map(hasPassed),
    })
    onModel(name)
  }
  return contestants
}

/** One model with banks of which some lines are wrong: none of them, and two to nine of the 64. The first is the right one. */
export async function realBanks(
  study: Study,
  { outcomes, onModel }: { outcomes: number; onModel: (name: string) => void },
): Promise<Contestant[]> {
  const taskset = makeOperators()
  const world = operatorsWorld(study.seed)
  const names = Object.keys(operations)
  const drawn = (
    await Promise.all((['train', 'validation', 'test'] as const).map((split) => taskset.load({ split, seed: study.seed, round: 1 })))
  ).flat()
  const tasks = shuffle(drawn, random(deriveSeed(study.seed, 'banks'))).slice(0, outcomes)
  const contestants: Contestant[] = []
  for (let bank = 0; bank < 12; bank++) {
    const name = `bank-${String(bank + 1).padStart(2, '0')}`
    const next = random(deriveSeed(study.seed, name))
    const wrong = new Set(shuffle([...world.keys()], next).slice(0, bank === 0 ? 0 : 2 + ((bank - 1) % 8)))
    const other = (told: string) => names[(names.indexOf(told) + 1 + Math.floor(next() * (names.length - 1))) % names.length] as string
    const lines = new Map([...world].map(([key, told]) => [key, operatorLine(key, wrong.has(key) ? other(told) : told)]))
    contestants.push({ name, passed: (await attemptWithLines(study, name, study.model, tasks, lines)).map(hasPassed) })
    onModel(name)
  }
  return contestants
}

const hasPassed = ({ grade }: Trace) => grade.passed

async function attemptWithLines(
  study: Study,
  name: string,
  model: Model,
  tasks: readonly Task[],
  lines: ReadonlyMap<string, string>,
): Promise<Trace[]> {
  const { backend, concurrency, context, threads, signal, sampling, seed, folder } = study
  const { grade } = makeOperators()
  const { traces } = await collect({
    ...{ run: study.name, round: 1, arm: 'banks', policy: { model: model.id, bank: name }, groups: [{ tasks, samples: 1 }], seed },
    ...{ solver: direct(), sampling: { ...sampling, temperature: 0 }, mayGrade: false, grade },
    show: async (attempts) => attempts.map(({ task }) => ({ system: lines.get(task.cluster) ?? null, shown: [], withheld: [] })),
    open: () => backend.open(model, { concurrency, context, threads, signal }),
    ...{ file: `${folder}/${name}.jsonl`, chunk: 1_000_000, label: name, signal },
  })
  return Array.fromAsync(traces)
}
