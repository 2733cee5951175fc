import { BadInput } from '@whetstone/core'
import { majorityAtK, passAtK } from '@whetstone/statistics'
import type { Choice } from './choice.ts'
import { groupAttempts, type Attempted, type ResultGroup } from './result-set.ts'

/** One sample of a log. `score` null: it has none. `repeat` marks which attempt at its task it is (epoch, trial); absent where the log does not say. */
export type Scored = Omit<Attempted, 'passed'> & {
  score: number | null
  repeat?: string | number | undefined
  /** The final answer that was read, where the log tells it: what a majority votes by. */
  answer?: string | null | undefined
}

/**
 * Outcomes from the samples of a log. Nothing is averaged or left out in silence: samples without a score are refused unless `skipUnscored`; samples that stand twice without a mark of repetition are
 * refused unless `repeats` says what to do; marked repetitions are averaged by default, and the notes say so.
 */
export function scoreAttempts(
  file: string,
  samples: readonly Scored[],
  { repeats, skipUnscored }: Choice,
): { groups: ResultGroup[]; notes: string[] } {
  const notes: string[] = []
  const unscored = samples.filter(({ score }) => score === null)
  if (unscored.length > 0) {
    const named = `${unscored.length} of ${samples.length} samples ${unscored.length === 1 ? 'has' : 'have'} no score (${list(unscored)})`
    if (!skipUnscored) throw new BadInput(`${file}: ${named}: leave ${unscored.length === 1 ? 'it' : 'them'} out with --skip-unscored`)
    notes.push(`${named}, left out`)
  }
  const scored = samples.filter((sample): sample is Scored & { score: number } => sample.score !== null)
  const byTask = Map.groupBy(scored, ({ group, task }) => `${group}\n${task}`)
  const again = [...byTask.values()].filter((attempts) => attempts.length > 1)
  for (const attempts of again) {
    const other = attempts.find(({ content }) => content?.question !== attempts[0]?.content?.question)
    if (other)
      throw new BadInput(
        `${file}: id ${other.task} stands for more than one question: are several logs in one file? Give each a file of its own`,
      )
  }
  if (again.length === 0) return { groups: groupAttempts(scored.map(asOutcome)), notes }
  const unmarked = again.find((attempts) => new Set(attempts.map(({ repeat }) => repeat ?? '')).size < attempts.length)
  if (unmarked && repeats === undefined)
    throw new BadInput(
      `${file}: ${again.length} tasks stand more than once with nothing that tells the samples apart (${unmarked[0]?.task}: scores ${unmarked
        .map(({ score }) => score)
        .slice(0, 5)
        .join(', ')}): choose with --repeats=first, last, mean, pass@K or majority@K`,
    )
  const how = repeats ?? 'mean'
  const sizes = [...new Set([...byTask.values()].map((attempts) => attempts.length))].sort((a, b) => a - b)
  notes.push(
    `${byTask.size} tasks with ${sizes.join(' or ')} samples each: ${how === 'mean' ? 'a task counts with the mean of its samples (--repeats chooses first, last, pass@K or majority@K)' : `--repeats=${how}`}`,
  )
  if (how === 'mean') return { groups: groupAttempts(scored.map(asOutcome)), notes }
  const reduced = [...byTask.values()].map((attempts) => ({ ...(attempts[0] as Scored), score: reduce(attempts, how, file) }))
  return { groups: groupAttempts(reduced.map(asOutcome)), notes }
}

const asOutcome = ({ group, task, cluster, content, score }: Scored): Attempted => ({ group, task, cluster, content, passed: score ?? 0 })

function reduce(attempts: readonly (Scored & { score: number })[], how: Exclude<Choice['repeats'], undefined>, file: string): number {
  if (how === 'first' || how === 'last') return (attempts.at(how === 'first' ? 0 : -1) as { score: number }).score
  const k = Number(how.slice(how.indexOf('@') + 1))
  const fraction = attempts.find(({ score }) => score !== 0 && score !== 1)
  if (fraction) throw new BadInput(`${file}: sample ${fraction.task} has score ${fraction.score}: --repeats=${how} needs scores of 0 and 1`)
  if (attempts.length < k)
    throw new BadInput(`${file}: task ${attempts[0]?.task} has ${attempts.length} samples: --repeats=${how} needs at least ${k}`)
  if (how.startsWith('majority')) {
    const mute = attempts.find(({ answer }) => answer === undefined)
    if (mute) throw new BadInput(`${file}: sample ${mute.task} does not tell its answer: --repeats=${how} needs one to vote by`)
    return majorityAtK(
      attempts.map(({ answer, score }) => ({ answer: answer?.normalize('NFKC').trim().toLowerCase() || null, passed: score === 1 })),
      k,
      { seed: 1 },
    )
  }
  return passAtK(attempts.length, attempts.filter(({ score }) => score === 1).length, k)
}

const list = (samples: readonly Scored[]) =>
  samples
    .slice(0, 5)
    .map(({ task }) => task)
    .join(', ') + (samples.length > 5 ? ', …' : '')
