import type { Evaluation, LevelName, Look, Model, Task } from '@whetstone/core'
import { random, shuffle } from '@whetstone/core'
import { relabel, type Contestant, type Groups } from './attempt-arm.ts'
import type { RoundContext } from './round-context.ts'

/** Attempts an arm and keeps its file and cost. */
type Record = (name: string, arm: Contestant, groups: Groups) => Promise<Evaluation[]>

/**
 * The candidate, with the memory setting that is deployed first. Where the gate may stop early, the guarded tasks come whole and the
 * frontier's in batches of whole clusters; the other memory setting, which decides nothing, gets the tasks that were attempted.
 */
export async function attemptCandidate(
  { record, recipe, seed }: { record: Record; recipe: RoundContext['recipe']; seed: number },
  {
    candidate,
    groups,
    served,
    incumbents,
    ask,
  }: {
    candidate: Model
    groups: Groups
    served: Contestant['bank']
    incumbents: readonly Evaluation[]
    ask: { frontier: LevelName[]; memory: boolean; looks: readonly Look[]; seed: number }
  },
): Promise<{ evaluations: Evaluation[]; stopped: string | null }> {
  const empty = served === null || (await served.store.size()) === 0
  const attempt = (memory: boolean, tasks: Groups) =>
    record(`candidate-${memory ? 'on' : 'off'}`, { role: 'candidate', model: candidate, bank: memory ? served : null }, tasks)
  const deployed = ask.memory && !empty
  let tasks = groups
  let main: Evaluation[] = []
  let stopped: string | null = null
  const { early } = recipe.gate
  if (early && ask.frontier.length > 0) {
    const named = ({ taskset, level }: Task) => ask.frontier.some((each) => each.taskset === taskset && each.level === level)
    const guarded = groups.map((group) => group.filter((task) => !named(task))).filter((group) => group.length > 0)
    const batches = inBatches(groups.flat().filter(named), early.batches, seed)
    for (let count = 1; count <= batches.length && stopped === null; count++) {
      tasks = [...guarded, ...batches.slice(0, count)]
      main = await attempt(deployed, tasks)
      const shown = relabel(main, { memory: ask.memory })
      if (count < batches.length) stopped = early.stop({ ...ask, evaluations: [...incumbents, ...shown] })
    }
  } else main = await attempt(deployed, tasks)
  if (served === null) return { evaluations: main, stopped }
  if (empty) return { evaluations: [...main, ...relabel(main, { memory: true, bank: served.tag })], stopped }
  const other = await attempt(!deployed, tasks)
  return { evaluations: deployed ? [...other, ...main] : [...main, ...other], stopped }
}

/** Whole clusters in random order, dealt into batches of about equal size. */
export function inBatches(tasks: readonly Task[], batches: number, seed: number): Task[][] {
  const clusters = shuffle([...Map.groupBy(tasks, ({ cluster }) => cluster).values()], random(seed))
  const dealt: Task[][] = []
  for (const cluster of clusters) {
    const last = dealt.at(-1)
    if (!last || last.length * batches >= tasks.length) dealt.push([...cluster])
    else last.push(...cluster)
  }
  return dealt
}
