import { range } from '@whetstone/core'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { poolOfTraces } from '../likelihood/pool-of-traces.ts'
import { selectionOutcome } from '../likelihood/selection-outcome.ts'
import { selectionStudy } from '../likelihood/selection-study.ts'
import type { Study } from '../self-train/study.ts'
import { attemptTasks } from '../self-train/study.ts'
import type { System } from './system.ts'
import { atMost, part, percent } from './system.ts'

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
    const levels = range(1, frontier + 2)
    /** Own attempts at train tasks of the levels that the model half has. */
    const source = async (study: Study) => {
      const tasks = await study.taskset.load({
        split: 'train',
        seed: study.seed,
        round: 1,
        levels: range(solved - 1, frontier),
        limit: quick ? 150 : 400,
      })
      const traces = await attemptTasks(study, { name: 'pool', model: study.model, tasks, samples: 4, temperature: 1, solver: direct() })
      return poolOfTraces(traces, new Map(tasks.map(({ id, reference }) => [id, reference])))
    }
    const studies = seeds.map((seed) => part(whole, `seed-${seed}`, seed))
    const results = await selectionStudy(
      studies,
      source,
      {
        ...{ share: 1 / 3, randomSets: quick ? 1 : 5, epochs: 2, learningRate: 5e-4, batch: 16, snapshots: 2 },
        ...{ levels, each: atMost(limit, quick ? 100 : 200) },
      },
      ({ set, seed, outcomes }) => {
        const passed = levels.map((level) => {
          const at = outcomes.filter((each) => each.level === level)
          return `${level}:${percent(at.filter((each) => each.passed).length / at.length)}`
        })
        print(`${set}, seed ${seed}: ${passed.join(' ')}`)
      },
    )
    const outcome = selectionOutcome(results, frontier)
    return {
      ...outcome,
      verdict: [
        ...outcome.verdict,
        'The likeliest right answers are those of the easiest tasks: choosing by likelihood is choosing a level here, so the random sets are the control that counts.',
      ],
    }
  },
}
