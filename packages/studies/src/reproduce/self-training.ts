import { range } from '@whetstone/core'
import { wilson } from '@whetstone/statistics'
import { methods } from '../self-train/methods.ts'
import type { SelfTrained } from '../self-train/self-train.ts'
import { selfTrain } from '../self-train/self-train.ts'
import type { System } from './system.ts'
import { atMost, interval, part, percent, ratePoint } from './system.ts'

const compared = ['rft', 'star', 'rest-em', 'iterative-dpo', 'grpo'] as const
type Run = { method: string; seed: number; rounds: SelfTrained[] }

export const selfTraining: System = {
  name: 'self-training',
  about:
    'the published self-training recipes from the same model at equal generated tokens: RFT, STaR, ReST-EM, iterative DPO, rounds of GRPO',
  original: [
    { what: 'RFT, LLaMA-7B on GSM8K', figure: '35.9 to 49.3', source: 'arXiv 2308.01825' },
    { what: 'STaR, GPT-J on CommonsenseQA', figure: '60.0 (few-shot fine-tuned) to 72.5', source: 'arXiv 2203.14465' },
    { what: 'ReST-EM, PaLM 2-L on MATH', figure: 'gains for two iterations, then overfits', source: 'arXiv 2312.06585' },
    { what: 'iterative DPO with NLL, Llama-2-70B-Chat on GSM8K', figure: '55.6 to 81.6', source: 'arXiv 2404.19733' },
    { what: 'GRPO, DeepSeekMath 7B on GSM8K', figure: '82.9 to 88.2', source: 'arXiv 2402.03300' },
  ],
  async run({ study, prompts, solved, frontier, quick, limit, seeds, print }) {
    const training = { prompts, rounds: quick ? 2 : 3, levels: range(1, frontier + 2), tokens: quick ? 40_000 : 60_000 }
    const measure = { levels: range(1, frontier + 4), each: atMost(limit, quick ? 60 : 200) }
    const runs: Run[] = []
    for (const seed of seeds)
      for (const method of compared) {
        const rounds = await selfTrain(
          part(study, `${method}-${seed}`, seed),
          { ...training, method, how: methods[method]!, measure },
          ({ round, rows, rates }) => print(`${method}, seed ${seed}, round ${round}: ${rows} rows; ${shown(rates)}`),
        )
        runs.push({ method, seed, rounds })
      }
    const above = measure.levels.filter((level) => level > solved)
    const rate = (some: readonly Run[], levels: readonly number[], round = -1) => {
      const at = some.flatMap(({ rounds }) => rounds.at(round)!.rates.filter(({ level }) => levels.includes(level)))
      const [passed, n] = [at.reduce((sum, each) => sum + each.passed, 0), at.reduce((sum, each) => sum + each.n, 0)]
      const { low, high } = wilson(passed, n)
      return { passed, share: passed / n, n, interval: [low, high] as const }
    }
    const of = (method: string) => runs.filter((each) => each.method === method)
    const [known, wanted] = [range(1, solved), above]
    const row = (name: string, some: readonly Run[], round: number) => {
      const last = some.flatMap(({ rounds }) => rounds.slice(1))
      const total = (count: (each: SelfTrained) => number) => last.reduce((sum, each) => sum + count(each), 0) / Math.max(1, some.length)
      const [old, gained] = [rate(some, known, round), rate(some, wanted, round)]
      const spread = some.map((each) => percent(rate([each], wanted, round).share))
      return [
        name,
        ...(round === 0 ? [0, 0] : [Math.round(total(({ tokens }) => tokens)), Math.round(total(({ rows }) => rows))]),
        `${percent(old.share)} (${interval(old.interval)})`,
        `${percent(gained.share)} (${interval(gained.interval)})`,
        round === 0 ? null : spread.join(', '),
        ...measure.levels.map((level) => percent(rate(some, [level], round).share)),
      ]
    }
    const pointOf = (method: string, levels: readonly number[], round: number) => {
      const { passed, n } = rate(of(method), levels, round)
      return ratePoint(method, round, passed, n)
    }
    const ranked = compared.map((method) => ({ method, ...rate(of(method), wanted) })).toSorted((a, b) => b.share - a.share)
    const before = rate(runs, wanted, 0)
    const kept = compared.filter((method) => rate(of(method), known).share >= 0.95)
    return {
      ours: ranked.map(({ method, share, interval: [low, high], n }) => ({
        ...{ what: `${method}: levels ${wanted[0]} to ${wanted.at(-1)} after the last round, %`, value: percent(share), n },
        interval: [percent(low), percent(high)] as [number, number],
      })),
      tables: [
        {
          title: 'Methods at equal generated tokens',
          note: `${training.rounds} rounds of ${training.tokens} generated tokens each on train tasks of levels 1 to ${training.levels.at(-1)}, seeds ${[...new Set(runs.map(({ seed }) => seed))].join(', ')} pooled; greedy, ${measure.each} validation tasks a level and seed, %, with 95% intervals.`,
          columns: [
            ...['method', 'tokens a seed', 'rows a seed', `levels 1 to ${solved}`, `levels ${wanted[0]} to ${wanted.at(-1)}`, 'by seed'],
            ...measure.levels.map((level) => `level ${level}`),
          ],
          rows: [row('before', of(compared[0]), 0), ...compared.map((method) => row(method, of(method), -1))],
        },
      ],
      charts: [
        {
          title: `Levels ${wanted[0]} to ${wanted.at(-1)} by round`,
          x: 'round',
          y: 'passed, %',
          points: compared.flatMap((method) => range(0, training.rounds).map((round) => pointOf(method, wanted, round))),
        },
        {
          title: `Levels 1 to ${solved} by round`,
          x: 'round',
          y: 'passed, %',
          points: compared.flatMap((method) => range(0, training.rounds).map((round) => pointOf(method, known, round))),
        },
      ],
      verdict: [
        `From ${percent(before.share)}% at levels ${wanted[0]} to ${wanted.at(-1)}: ${ranked.map(({ method, share }) => `${method} ${percent(share)}%`).join(', ')}.`,
        `Levels 1 to ${solved} stay at 95% with ${kept.length > 0 ? kept.join(', ') : 'none'}.`,
        'Right traces are unique here, so samples of one task hold one distinct solution at most: what many samples a task buy elsewhere is not shown.',
      ],
    }
  },
}

const shown = (rates: SelfTrained['rates']) => rates.map(({ level, n, passed }) => `${level}:${percent(passed / n)}`).join(' ')
