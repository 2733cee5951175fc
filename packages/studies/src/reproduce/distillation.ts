import { hash, range } from '@whetstone/core'
import { checkReasoning, placebo } from '@whetstone/solvers'
import bestOfN from '@whetstone/solvers/solvers/best-of-n.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import summarize from '@whetstone/solvers/solvers/summarize.ts'
import { comparePairs } from '@whetstone/statistics'
import type { Task, Trace } from '@whetstone/core'
import { lastAnswer } from '../self-train/rows.ts'
import { attemptTasks, generated, passedOf } from '../self-train/study.ts'
import type { Study } from '../self-train/study.ts'
import type { System } from './system.ts'
import { atMost, part, percent, ratePoint, shownRate } from './system.ts'

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
  async run({ study, prompts, teachers, frontier, quick, limit, reuse, print }) {
    const levels = range(frontier + 1, frontier + (quick ? 4 : 7))
    const each = atMost(limit, quick ? 50 : 200)
    const here = part(study, 'summaries')
    const tasks = await study.taskset.load({ split: 'test', seed: study.seed, round: 1, levels, limit: each })
    // Before anything is attempted.
    if (reuse)
      for (const level of levels)
        checkReasoning(
          reuse,
          tasks.filter((task) => task.level === level),
        )
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
    const reused = 'summarize, the first reasoning reused'
    for (const level of levels) {
      const at = tasks.filter((task) => task.level === level)
      const context = halfContext(at[0]!)
      // An earlier run's reasoning: the file's, or that of one pass cut off in the middle.
      const earlier = reuse ?? (await cutOff(here, at))
      const all = [...solvers, { arm: reused, solver: summarize({ ...pieces, reuse: earlier }), temperature: 0 }]
      for (const { arm, solver, temperature } of all) {
        // Of another file other traces.
        const given = arm === reused && reuse ? `-${hash([...reuse]).slice(0, 8)}` : ''
        const name = `${arm.replace(/\W+/g, '-')}-${level}${given}`
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
      print(`level ${level}: ${all.map(({ arm }) => `${arm} ${percent(rate(rows, arm, level))}%`).join(', ')}`)
    }
    const of = (arm: string) => rows.filter((row) => row.arm === arm)
    const meanTokens = (arm: string) => Math.round(of(arm).reduce((sum, { tokens }) => sum + tokens, 0) / of(arm).length)
    const overall = (arm: string) => {
      const [passed, n] = [of(arm).reduce((sum, row) => sum + row.passed, 0), of(arm).reduce((sum, row) => sum + row.n, 0)]
      return shownRate(passed, n)
    }
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
          rows: [...solvers.map(({ arm }) => arm), reused].map((arm) => [
            arm,
            ...of(arm).map(({ passed, n }) => shownRate(passed, n)),
            meanTokens(arm),
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
        `Going on from earlier reasoning (${reuse ? 'of the file given' : 'of one pass, cut off in the middle'}) takes ${meanTokens(reused)} tokens a task where reasoning anew takes ${meanTokens('summarize')}, and solves, in % over all levels, ${overall(reused)} in place of ${overall('summarize')}.`,
        `A summary of another task is worth nothing (${percent(rate(rows, 'summarize, summaries of other tasks', levels[0]!))}% at level ${levels[0]}).`,
      ],
    }
  },
}

/** Tokens (characters) that the problem, half of its solution and a summary of the half that is left take: too few for the whole solution. */
function halfContext({ prompt, reference }: Task): number {
  return prompt.length + Math.ceil(reference.length / 2) + Math.ceil(prompt.length / 2) + 2
}

/** What one pass comes to within half the tokens that the solution takes, by task. */
async function cutOff(study: Study, tasks: readonly Task[]): Promise<ReadonlyMap<string, string>> {
  const { level, reference } = tasks[0]!
  const budget = Math.floor(reference.length / 2)
  const traces = await attemptTasks(study, { name: `earlier-${level}`, model: study.model, tasks, solver: direct(), budget })
  return new Map(traces.map((trace) => [trace.task, lastAnswer(trace)]))
}

function rate(rows: readonly { arm: string; level: number; passed: number; n: number }[], arm: string, level: number): number {
  const row = rows.find((each) => each.arm === arm && each.level === level)
  return row ? row.passed / row.n : 0
}
