import { duration, levelText, points, rate, showP, type Decision, type Round } from '@whetstone/core'
import type { Plan, RoundReader, StepRecords } from '@whetstone/runs'
import { mcnemar, requiredTasks } from '@whetstone/statistics'
import { wrap } from '../tables/wrap.ts'
import { warnCuts } from '../warn-cuts.ts'
import { lookAtAnswers, type AnswersSeen } from './look-at-answers.ts'
import { powerOf, sharpen, stockOf, type Stock } from './power-advice.ts'
import { showSeen } from './show-seen.ts'

/** A decision in sentences with their numbers. */
export type Why = {
  run: string
  round: number
  verdict: string
  because: string[]
  /** What would have made it another decision. */
  otherwise: string[]
  /** What holds the run back, most telling first. */
  limits: string[]
  /** Some failed answers, where hardly any attempt passes. */
  answers: AnswersSeen['examples']
  /** What to try next, a command where there is one. */
  next: string[]
}

/** Over this rate a level counts as solved. */
const solvedRate = 0.95

/** Under this share of passed attempts something is likely wrong with form, prompt or model. */
const seldom = 0.05

/** Fewer rows than this teach a model little. */
const fewRows = 100

/**
 * Why a finished round was decided as it was, what would have changed it, what limits it and what to try next. `shown`: failed answers with it;
 * absent: some where hardly any attempt passes, else none.
 */
export async function whyRound(reader: RoundReader, round: Round, shown?: number): Promise<Why> {
  const { decision } = round
  const plan = reader.step('plan')
  const stock = stockOf(round, plan)
  const seen = failing(round) || shown !== undefined ? await lookAtAnswers(reader, shown) : null
  return {
    run: round.run,
    round: round.round,
    verdict: `Round ${round.round} of ${round.run} was ${decision.promoted ? 'promoted' : 'kept'}: ${decision.reason.replace(/^(promoted|kept): /, '')}.`,
    because: [...because(round), ...where(round)],
    otherwise: otherwise(round, stock),
    limits: limits(round, { train: reader.step('traces'), plan, answers: failing(round) ? seen : null }),
    answers: seen?.examples ?? [],
    next: next(round, stock),
  }
}

/** Where the answers behind the counts are. */
const where = ({ run, round, decision: { n }, candidate, evaluations }: Round): string[] =>
  n > 0 && candidate !== null && evaluations.some(({ model }) => model === 'candidate')
    ? [`Which tasks they are, with the answers: npx nx run loops:compare --runs=${run}:${round}:incumbent,${run}:${round}:candidate.`]
    : []

function because({ decision: made, frontier, looks, training, untrained, bank }: Round): string[] {
  const where = frontier
    ? ` at ${frontier.taskset} level ${frontier.levels && frontier.levels.length > 1 ? frontier.levels.join(', ') : frontier.level}`
    : ''
  const clustered = made.clusters < made.n ? ` in ${made.clusters} clusters` : ''
  const [better, worse] = /memory (on vs off|off to on)/.test(made.arm) ? ['with memory', 'without'] : ['the candidate', 'the incumbent']
  const sentences = [
    `Compared: ${made.arm}, on ${made.n} validation tasks${clustered}${where}. They passed ${rate(made.incumbentRate)} before and ${rate(made.candidateRate)} after, a difference of ${points(made.difference)} points (95% interval ${points(made.ci[0])} to ${points(made.ci[1])}).`,
    `${count(made.wins, 'task')} ${made.wins === 1 ? 'was' : 'were'} solved only by ${better}, ${count(made.losses, 'task')} only by ${worse}. Were the two equally good, chance would give a difference this good with p = ${showP(made.pValue)} (${made.test}); the gate asks for at most ${showP(made.alpha)}${made.rule ? ` (${made.rule}, decision ${made.look ?? looks} of this run)` : ''}.`,
  ]
  if (made.guard)
    sentences.push(
      `Levels below the frontier together: ${points(made.guard.difference)} points on ${made.guard.n} tasks, 95% bound ${points(made.guard.low)}; it must stay above ${points(-made.guard.margin)}, and ${made.guard.passed ? 'does' : 'does not'}.`,
    )
  for (const { taskset, level, difference, reference, pLost } of made.nonInferiority.filter(({ passed }) => !passed))
    sentences.push(
      `${taskset} level ${level} lost ${points(difference)} points${reference && reference !== 'incumbent' ? ` against the ${reference}` : ''}${pLost === undefined ? '' : ` (p = ${showP(pLost)} after Holm)`}, which the gate does not allow.`,
    )
  if (bank.tag !== null && made.bank) sentences.push(`Bank: ${made.bank.reason}; it ${made.bank.kept ? 'is served' : 'is not served'}.`)
  if (!training) sentences.push(`${capital(untrained ?? 'nothing was trained')}.`)
  return sentences
}

function otherwise({ decision: made }: Round, stock: Stock | null): string[] {
  const whole = Number.isInteger(made.wins) && Number.isInteger(made.losses)
  const plain = made.test.startsWith('exact McNemar') && whole
  if (made.promoted) {
    if (!plain) return [`A p-value above ${showP(made.alpha)}, or a guarded level lost.`]
    let wins = made.wins
    while (wins > 0 && mcnemar(wins, made.losses).greater <= made.alpha) wins--
    return [
      `With the same ${count(made.losses, 'loss', 'losses')} it took at least ${count(wins + 1, 'win')}, and there were ${made.wins}: with fewer it would have been kept${made.guard ? ', and so it would with a guarded level lost' : ''}.`,
    ]
  }
  const sentences: string[] = []
  if (made.ci[1] < 0) return ['More tasks would not have changed it: the difference itself is a loss, and its interval lies below zero.']
  if (made.pValue > made.alpha && made.n > 0) {
    if (plain) {
      let wins = made.wins
      while (wins + made.losses <= made.n && mcnemar(wins, made.losses).greater > made.alpha) wins++
      sentences.push(
        wins + made.losses <= made.n
          ? `With the same ${count(made.losses, 'loss', 'losses')}, ${wins} wins would have been enough; there were ${made.wins}.`
          : `With ${made.losses} losses among ${made.n} tasks no number of wins would have been enough.`,
      )
    }
    if (made.difference > 0 && whole) {
      const needed = neededOf(made) as number
      sentences.push(
        needed <= made.n
          ? `A true gain of ${points(made.difference)} points is found with ${made.n} tasks four times in five: this was the fifth, or the true gain is smaller.`
          : `If the true gain is the ${points(made.difference)} points seen here, about ${needed} tasks would find it four times in five; there were ${made.n}${stock && needed > stock.have ? `, and ${stock.taskset} has ${stock.have} for validation` : ''}.`,
      )
    } else if (made.difference <= 0 && made.n > 0)
      sentences.push('No number of tasks makes a gain of what is none: the candidate itself would have to be better.')
  }
  if (made.guard && !made.guard.passed) sentences.push(guardNeeds(made.guard))
  for (const { taskset, level, n } of made.nonInferiority.filter(({ passed }) => !passed))
    sentences.push(
      n === 0
        ? `${taskset} level ${level} was not attempted: attempt it.`
        : `${taskset} level ${level} not lost: replay more of it, or train more gently.`,
    )
  return sentences.length > 0 ? sentences : ['Nothing that these figures show.']
}

/** Tasks that would find the gain seen four times in five, were it the true one; null where none was seen. */
function neededOf(made: Decision): number | null {
  if (made.difference <= 0 || made.n === 0 || !Number.isInteger(made.wins + made.losses)) return null
  const tasks = requiredTasks({ effect: made.difference, discordance: (made.wins + made.losses) / made.n, alpha: made.alpha })
  return made.clusters < made.n ? Math.ceil((tasks * made.n) / Math.max(1, made.clusters)) : tasks
}

function guardNeeds({ n, difference, margin }: NonNullable<Decision['guard']>): string {
  const needed = Math.ceil(Math.log(0.05) / Math.log1p(-margin))
  if (n < needed)
    return `The guarded levels need at least ${needed} tasks together to show that less than ${points(margin).slice(1)} points were lost; there were ${n}.`
  return difference < -margin
    ? `The guarded levels really fell: no number of tasks would have passed them.`
    : `More tasks at the guarded levels: their bound, not their difference of ${points(difference)}, was too low.`
}

type Known = { train: StepRecords['traces'] | null; plan: Plan | null; answers: AnswersSeen | null }

function limits(round: Round, { train, plan, answers }: Known): string[] {
  const { harvest, frontier, training } = round
  const found: string[] = []
  found.push(...warnCuts(round).map((warning) => `Room: ${warning}.`))
  const power = powerOf(round, plan)
  if (power !== null) found.push(power)
  const solved = solvedLevels(round)
  if (solved !== null) found.push(solved)
  if (harvest.attempted > 0 && harvest.passed === 0)
    found.push(`Harvest: none of ${harvest.attempted} train attempts passed, so there is nothing to learn from.`)
  else if (failing(round))
    found.push(
      `Harvest: only ${harvest.passed} of ${harvest.attempted} train attempts passed (${rate(harvest.passed / harvest.attempted)}), so there is little to learn from.`,
    )
  else if (training && harvest.kept < fewRows)
    found.push(`Harvest: only ${harvest.kept} rows were kept of ${harvest.passed} passed attempts.`)
  found.push(...(answers?.reasons ?? []).map((reason) => `Answers: ${reason}.`))
  if (frontier && frontier.trainRate < 0.02)
    found.push(
      `Frontier: at ${frontier.taskset} level ${frontier.level} only ${rate(frontier.trainRate)} of the train attempts pass; what is hardly ever right is hardly ever harvested.`,
    )
  if (frontier && frontier.trainRate > 0.98)
    found.push(`Frontier: ${rate(frontier.trainRate)} of the train attempts pass already; little is left to gain.`)
  if (round.faults.failed > 0) found.push(`Faults: ${round.faults.failed} attempts were lost to the provider.`)
  const short = train?.rates.filter(({ n }) => n < 20) ?? []
  if (short.length > 0) found.push(`Train tasks: ${short.map(({ taskset, level, n }) => `${taskset} ${level} has ${n}`).join(', ')}.`)
  found.push(...(round.monitor?.warnings ?? []).map((warning) => `Watch: ${warning}.`))
  return found.length > 0 ? found : ['Nothing stands out: power, room for the answers and harvest suffice.']
}

/** Levels that the incumbent passes already, where a pooled test holds them: nothing can be gained there. */
function solvedLevels({ frontier, evaluations, served, decision: made, levelNames }: Round): string | null {
  if (frontier || made.promoted) return null
  const own = evaluations.filter(({ model, memory }) => model === 'incumbent' && memory === served.memory)
  const solved = own.filter(({ passRate }) => passRate > solvedRate)
  if (own.length < 2 || solved.length === 0 || solved.length === own.length) return null
  const tasks = (of: typeof own) => of.reduce((sum, { n }) => sum + n, 0)
  const names = (of: typeof own) => of.map((each) => levelText(each, { levelNames })).join(', ')
  const open = own.filter((each) => !solved.includes(each))
  return `Solved: ${tasks(solved)} of ${tasks(own)} validation tasks are at levels that the incumbent passes already (${names(solved)}). Only the other ${tasks(open)} (${names(open)}) can show a gain: more rows of that kind do more than more rows of all.`
}

/** So few pass that it is the answers that want a look. */
const failing = ({ harvest }: Round) => harvest.attempted > 0 && harvest.passed < seldom * harvest.attempted

function next(round: Round, stock: Stock | null): string[] {
  const { decision: made, training, run, recipe } = round
  const cycle = `npx nx run loops:cycle --recipe=${recipe}${run === recipe ? '' : ` --run=${run}`}`
  if (round.monitor?.regression) return [`Go back: npx nx run loops:rollback --run=${run} --to=${round.round - 1}.`]
  if ((round.ends?.['vocabulary'] ?? 0) > 0.01 * (round.cuts?.attempted ?? Infinity))
    return ['Name a model that can read the tasks: --model=FILE.gguf or --endpoint=http://…']
  if (warnCuts(round).length > 0)
    return [`Give answers more room first: --set sampling.maxTokens=…, or --set settings.context=… where prompts are long.`]
  if (made.promoted) return [`Go on: ${cycle} (this round took ${duration(round.cost.seconds)}).`]
  if (failing(round))
    return [
      `Look at what it answers first: npx nx run loops:why --run=${run} --round=${round.round} --answers=20, or npx nx run loops:view --run=${run}. Likely reasons: the form of the answer (grader, instruction), the prompt (an instruction-tuned model wants its chat template), characters that the model cannot read, too few tokens, or tasks that are too hard for it.`,
      `Where the form is right, make the tasks solvable: more samples (--samples), easier tasks first, a teacher (--endpoint beside --model), or --solver=best-of-n.`,
    ]
  if (!training) return [`Name weights that can be trained: --model=FILE.gguf, and a trainer in the recipe.`]
  if (made.ci[1] < 0)
    return [
      `Train more gently: a lower --set trainer.learningRate, fewer epochs, more --set harvest.replay.share; the rows themselves are in datasets/${run}/round-${String(round.round).padStart(3, '0')}.`,
    ]
  if (made.pValue > made.alpha && made.difference > 0) return [sharpen(round, stock, neededOf(made))]
  if (made.pValue > made.alpha)
    return [`More or better rows: --samples=8, --solver=best-of-n; or go on, since the next round draws new attempts: ${cycle}.`]
  return [`Protect what was solved: more --set harvest.replay.share, more validation tasks at the guarded levels.`]
}

const count = (number: number, one: string, many = `${one}s`) => `${Number(number.toFixed(1))} ${number === 1 ? one : many}`
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** The same for a terminal, as paragraphs of at most 78 columns. */
export function showWhy({ verdict, because: reasons, otherwise: changes, limits: held, answers, next: then }: Why): string {
  const part = (title: string, sentences: readonly string[]) =>
    [title, ...sentences.map((sentence) => wrap(`- ${sentence}`, '  '))].join('\n')
  return [
    wrap(verdict),
    part('Why', reasons),
    part('What would have changed it', changes),
    part('What limits it', held),
    ...(answers.length > 0 ? [showSeen(answers)] : []),
    part('What to try next', then),
  ].join('\n\n')
}
