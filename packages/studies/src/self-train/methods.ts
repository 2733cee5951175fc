import type { Model, Solver, Trace } from '@whetstone/core'
import beam from '@whetstone/solvers/solvers/beam.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import star from '@whetstone/solvers/solvers/star.ts'
import { distinctPerTask, groupRows, lastAnswer, pairRows, sftRow } from './rows.ts'
import type { Stage } from './train-rows.ts'

/** What a method learns from: this round's attempts, all attempts so far, and the models it may start from. */
export type Learning = { fresh: readonly Trace[]; all: readonly Trace[]; base: Model; last: Model }
/** A self-training recipe as it was published, on whatever can be graded. */
export type Method = {
  about: string
  /** Attempts at each task, and how they are made. */
  samples: number
  temperature: number
  solver: (prompts: string) => Solver
  /** Learns from the log-probabilities of what was sampled. */
  logprobs?: boolean
  /** Stages of a round, and what they start from: the last model, or the first one again. */
  learn: (learning: Learning) => { from: Model; stages: Stage[] }
}

const sft = (rows: readonly object[]): Stage => ({ method: 'sft', rows, learningRate: 5e-4, epochs: 2 })
const right = (traces: readonly Trace[]) => traces.filter(({ grade }) => grade.passed)

export const methods: Readonly<Record<string, Method>> = {
  rft: {
    about: 'rejection sampling fine-tuning (Yuan et al. 2023, arXiv 2308.01825): distinct right answers of many samples, from the base',
    samples: 8,
    temperature: 0.7,
    solver: () => direct(),
    learn: ({ all, base }) => ({ from: base, stages: [sft(distinctPerTask(right(all), 4).map(sftRow))] }),
  },
  star: {
    about: 'STaR (Zelikman et al. 2022, arXiv 2203.14465): failures once more with the answer as a hint, from the base each round',
    samples: 1,
    temperature: 0.7,
    solver: (prompts) => star({ prompts }),
    learn: ({ all, base }) => ({ from: base, stages: [sft(distinctPerTask(right(all), 1).map(sftRow))] }),
  },
  'rest-em': {
    about:
      'ReST-EM (Singh et al. 2023, arXiv 2312.06585): 32 samples, at most 10 right ones a task, from the base each round, on this round alone',
    samples: 32,
    temperature: 0.7,
    solver: () => direct(),
    learn: ({ fresh, base }) => ({ from: base, stages: [sft(distinctPerTask(right(fresh), 10).map(sftRow))] }),
  },
  'iterative-dpo': {
    about: 'iterative DPO with NLL (Pang et al. 2024, arXiv 2404.19733): right against wrong samples, from the last, held to the first',
    samples: 8,
    temperature: 0.7,
    solver: () => direct(),
    learn({ fresh, base, last }) {
      // Tasks that were solved every time give no pair: their answers are kept by SFT, or they are unlearned.
      const solved = [...Map.groupBy(fresh, ({ task }) => task).values()].filter((group) => group.every(({ grade }) => grade.passed)).flat()
      const pairs: Stage = { method: 'dpo', rows: pairRows(fresh, 2), learningRate: 2e-4, epochs: 2, reference: base }
      return { from: last, stages: [pairs, { ...sft(distinctPerTask(solved, 1).map(sftRow)), learningRate: 5e-4 }] }
    },
  },
  'expert-iteration': {
    about:
      'expert iteration (Anthony et al. 2017, arXiv 1705.08439): a step search attempts, the model learns its solutions, from the last',
    samples: 1,
    temperature: 1,
    solver: (prompts) => beam({ prompts, samples: 4, value: 'steps' }),
    learn: ({ fresh, last }) => ({ from: last, stages: [sft(right(fresh).map(sftRow))] }),
  },
  'self-consistency': {
    about: 'majority answers as labels (Huang et al. 2022, arXiv 2210.11610): no grade is looked at; from the last',
    samples: 8,
    temperature: 0.7,
    solver: () => direct(),
    learn: ({ fresh, last }) => ({ from: last, stages: [sft(distinctPerTask(majority(fresh), 2).map(sftRow))] }),
  },
  grpo: {
    logprobs: true,
    about: 'rounds of GRPO (Shao et al. 2024, arXiv 2402.03300): group-relative advantages of graded samples, from the last',
    samples: 8,
    temperature: 1,
    solver: () => direct(),
    learn: ({ fresh, last }) => ({ from: last, stages: [{ method: 'grpo', rows: groupRows(fresh), learningRate: 2e-4, batch: 8 }] }),
  },
}

/** The answers that most samples of a task share, where more than half do. */
function majority(traces: readonly Trace[]): Trace[] {
  return [...Map.groupBy(traces, ({ task }) => task).values()].flatMap((group) => {
    const counts = [...Map.groupBy(group, lastAnswer).values()].sort((a, b) => b.length - a.length)
    const most = counts[0] ?? []
    return most.length * 2 > group.length ? most : []
  })
}
