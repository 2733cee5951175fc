import type { LanguageModel, Model, Trace } from '@whetstone/core'
import type { CheckpointScores, PoolItem } from '@whetstone/evaluation'
import { likelihoodByType, scorePool, scoreTraces } from '@whetstone/evaluation'
import { selectByLikelihood } from '@whetstone/harvest'
import direct from '@whetstone/solvers/solvers/direct.ts'
import type { LevelRate } from '../self-train/measure-levels.ts'
import { measureLevels } from '../self-train/measure-levels.ts'
import { distinctPerTask, sftRow } from '../self-train/rows.ts'
import type { Study } from '../self-train/study.ts'
import { attemptTasks, passedOf } from '../self-train/study.ts'
import { trainRows } from '../self-train/train-rows.ts'
import type { System } from './system.ts'
import { atMost, part, percent, span } from './system.ts'

const orders = ['highest', 'lowest', 'random'] as const

export const slmReasoning: System = {
  name: 'slm-reasoning',
  about: 'a typed pool of samples, its likelihood over checkpoints; training on the most likely, the least likely, or as many random ones',
  original: [
    {
      what: 'average perplexity and log-likelihood by type over training steps',
      figure: 'curves; no single figure published',
      source: 'SLM Reasoning',
    },
  ],
  async run({ study: whole, solved, frontier, quick, limit, seeds, print }) {
    const levels = span(1, frontier + 2)
    const each = atMost(limit, quick ? 100 : 200)
    const done: { order: string; seed: number; rates: LevelRate[]; likelihood: number }[] = []
    let curves: ReturnType<typeof likelihoodByType> | null = null
    for (const seed of quick ? seeds.slice(0, 1) : seeds) {
      const study = part(whole, `seed-${seed}`, seed)
      const tasks = await study.taskset.load({
        split: 'train',
        seed,
        round: 1,
        levels: span(solved - 1, frontier),
        limit: quick ? 150 : 400,
      })
      const traces = await attemptTasks(study, { name: 'pool', model: study.model, tasks, samples: 4, temperature: 1, solver: direct() })
      const right = distinctPerTask(passedOf(traces), 4)
      const likelihood = await scored(study, study.model, (model) => scoreTraces(model, right, { signal: study.signal }))
      const count = Math.floor(right.length / 3)
      const pool = typed(right, traces, new Map(tasks.map(({ id, reference }) => [id, reference])))
      for (const order of orders) {
        const chosen = selectByLikelihood(right, ({ id }) => likelihood.get(id), { order, count, seed })
        const rows = chosen.map(sftRow)
        const checkpoints: CheckpointScores[] = [await scores(study, study.model, pool, 0)]
        let model = study.model
        for (const epoch of [1, 2]) {
          model = (await trainRows(study, `${order}-${epoch}`, model, { method: 'sft', rows, learningRate: 5e-4 })).model
          checkpoints.push(await scores(study, model, pool, epoch))
        }
        if (order === 'random' && curves === null) curves = likelihoodByType(checkpoints)
        const rates = await measureLevels(study, `${order}-measure`, model, { levels, each, solver: direct() })
        const mean = chosen.reduce((sum, { id }) => sum + (likelihood.get(id) ?? 0), 0) / Math.max(1, chosen.length)
        done.push({ order, seed, rates, likelihood: mean })
        print(`${order}, seed ${seed}: ${rates.map(({ level, passed, n }) => `${level}:${percent(passed / n)}`).join(' ')}`)
      }
    }
    const average = (order: string, level: number) => {
      const rates = done.filter((run) => run.order === order).map((run) => run.rates.find((rate) => rate.level === level)!)
      return rates.reduce((sum, { passed, n }) => sum + passed / n, 0) / rates.length
    }
    const best = [...orders].sort((a, b) => average(b, frontier) - average(a, frontier))
    return {
      ours: orders.map((order) => ({
        what: `level ${frontier} after training on the ${order} third by likelihood, %`,
        value: percent(average(order, frontier)),
        n: each * done.filter((run) => run.order === order).length,
      })),
      tables: [
        {
          title: 'Trained on a third of the right answers, chosen by their likelihood under the model itself',
          note: `Greedy, ${each} validation tasks a level, passed in %; equally many rows and epochs.`,
          columns: ['chosen', 'seed', 'mean log-likelihood a token', ...levels.map((level) => `level ${level}`)],
          rows: done.map(({ order, seed, likelihood, rates }) => [
            order,
            seed,
            Number(likelihood.toFixed(4)),
            ...rates.map(({ passed, n }) => percent(passed / n)),
          ]),
        },
      ],
      charts: [
        {
          title: 'Likelihood of the pool while training on random rows',
          x: 'epoch',
          y: 'log-likelihood a token',
          points: Object.entries(curves!.results_by_type).flatMap(([series, { avg_token_log_likelihood: values }]) =>
            values.flatMap((y, x) => (y === null ? [] : [{ series, x, y }])),
          ),
        },
      ],
      verdict: [
        `At level ${frontier}: ${best.map((order) => `${order} ${percent(average(order, frontier))}%`).join(', ')}.`,
        'The likeliest right answers are those of the easiest tasks: choosing by likelihood is choosing a level here, so the random third is the control that counts.',
      ],
    }
  },
}

/** Own right and wrong answers, and the references: the types whose likelihood is followed. */
function typed(right: readonly Trace[], all: readonly Trace[], references: ReadonlyMap<string, string>): PoolItem[] {
  const item = ({ messages }: Trace, type: string, output = messages.at(-1)?.content ?? ''): PoolItem[] =>
    output === '' ? [] : [{ instruction: messages.find(({ role }) => role === 'user')?.content ?? '', input: '', output, type }]
  const wrong = all.filter(({ grade }) => !grade.passed)
  return [
    ...right.slice(0, 200).flatMap((trace) => item(trace, 'own, right')),
    ...wrong.slice(0, 200).flatMap((trace) => item(trace, 'own, wrong')),
    ...wrong.slice(0, 200).flatMap((trace) => item(trace, 'reference of what was wrong', references.get(trace.task))),
  ]
}

async function scored<T>(
  { backend, concurrency, context, threads, signal }: Study,
  of: Model,
  work: (model: LanguageModel) => Promise<T>,
): Promise<T> {
  await using model = await backend.open(of, { concurrency, context, threads, signal })
  return await work(model)
}

const scores = async (study: Study, of: Model, pool: readonly PoolItem[], step: number): Promise<CheckpointScores> => ({
  ...{ step, name: `epoch ${step}` },
  scores: await scored(study, of, (model) => scorePool(model, pool, { signal: study.signal })),
})
