import { range } from '@whetstone/core'
import { placebo } from '@whetstone/solvers'
import bestOfN from '@whetstone/solvers/solvers/best-of-n.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import summarize from '@whetstone/solvers/solvers/summarize.ts'
import { comparePairs, wilson } from '@whetstone/statistics'
import type { Task, Trace } from '@whetstone/core'
import { attemptTasks, generated, passedOf } from '../self-train/study.ts'
import type { System } from './system.ts'
import { atMost, part, percent, ratePoint, withInterval } from './system.ts'

export const distillation: System = {
  name: 'distillation',
  about:
    'iterated summarization: reason, summarize, reason again from the summary; against one pass at equal tokens; reuse of earlier reasoning',
  original: [
    {
      what: 'iterated summarization over one pass',
      figure: 'built with dashboards and CSV results; no figures published',
      source: 'Reasoning Distillation',
    },
  ],
  async run({ study, prompts, teachers, frontier, quick, limit, print }) {
    const levels = range(frontier + 1, frontier + (quick ? 4 : 7))
    const each = atMost(limit, quick ? 50 : 200)
    const here = part(study, 'summaries')
    const tasks = await study.taskset.load({ split: 'test', seed: study.seed, round: 1, levels, limit: each })
    const rows: { arm: string; level: number; n: number; passed: number; tokens: number; context: number; traces: Trace[] }[] = []
    const pieces = { iterations: 16, until: 'done' as const, prompts }
    const solvers = [
      { arm: 'direct', solver: direct(), temperature: 0 },
      { arm: 'direct, vote of 3', solver: bestOfN({ n: 3, by: 'vote', prompts }), temperature: 0.7 },
      { arm: 'summarize', solver: summarize(pieces), temperature: 0 },
      { arm: 'summarize, most of 5 summaries', solver: summarize({ ...pieces, votes: 5, sampling: { temperature: 0.7 } }), temperature: 0 },
      {
        arm: 'summarize, summaries of other tasks',
        solver: summarize({ ...pieces, summarizer: placebo('shuffled', teachers.basic) }),
        temperature: 0,
      },
    ]
    for (const level of levels) {
      const at = tasks.filter((task) => task.level === level)
      const context = halfContext(at[0]!)
      for (const { arm, solver, temperature } of solvers) {
        const name = `${arm.replace(/\W+/g, '-')}-${level}`
        const traces = await attemptTasks(here, { name, model: study.model, tasks: at, solver, temperature, context })
        rows.push({
          arm,
          level,
          n: traces.length,
          passed: passedOf(traces).length,
          tokens: generated(traces) / traces.length,
          context,
          traces,
        })
      }
      print(`level ${level}: ${solvers.map(({ arm }) => `${arm} ${percent(rate(rows, arm, level))}%`).join(', ')}`)
    }
    const of = (arm: string) => rows.filter((row) => row.arm === arm)
    const outcomes = (arm: string) =>
      new Map(of(arm).flatMap(({ traces }) => traces.map(({ task, grade }) => [task, Number(grade.passed)] as const)))
    const [after, before] = [outcomes('summarize'), outcomes('direct')]
    const pairs = [...after].map(([task, treatment]) => ({ task, cluster: task, treatment, control: before.get(task) ?? 0, attempts: 1 }))
    const { difference, low, high, twoSided } = comparePairs(pairs, { seed: study.seed })
    const [worst, best] = [
      Math.min(...of('summarize').map(({ passed, n }) => passed / n)),
      Math.max(...of('direct').map(({ passed, n }) => passed / n)),
    ]
    return {
      ours: [
        {
          what: 'summarize against direct in half the context, points',
          value: percent(difference),
          interval: [percent(low), percent(high)],
          n: pairs.length,
          p: twoSided,
        },
      ],
      tables: [
        {
          title: 'Half the context that the solution needs',
          note: `Passed, % with 95% intervals, ${each} test tasks a level; the context holds the problem, half its solution and a summary of what is left.`,
          columns: ['solver', ...levels.map((level) => `level ${level}`), 'tokens a task'],
          rows: solvers.map(({ arm }) => [
            arm,
            ...of(arm).map(({ passed, n }) => withInterval(passed / n, wilson(passed, n))),
            Math.round(of(arm).reduce((sum, { tokens }) => sum + tokens, 0) / of(arm).length),
          ]),
        },
      ],
      charts: [
        {
          title: 'Passed by level',
          x: 'level',
          y: 'passed, %',
          points: rows.map(({ arm, level, passed, n }) => ratePoint(arm, level, passed, n)),
        },
      ],
      verdict: [
        `In half the context that a solution needs, summarizing solves at least ${percent(worst)}% at every level from ${levels[0]} to ${levels.at(-1)}; one pass at most ${percent(best)}%.`,
        `A summary of another task is worth nothing (${percent(rate(rows, 'summarize, summaries of other tasks', levels[0]!))}% at level ${levels[0]}).`,
      ],
    }
  },
}

/** Tokens (characters) that the problem, half of its solution and a summary of the half that is left take: too few for the whole solution. */
function halfContext({ prompt, reference }: Task): number {
  return prompt.length + Math.ceil(reference.length / 2) + Math.ceil(prompt.length / 2) + 2
}

function rate(rows: readonly { arm: string; level: number; passed: number; n: number }[], arm: string, level: number): number {
  const row = rows.find((each) => each.arm === arm && each.level === level)
  return row ? row.passed / row.n : 0
}
