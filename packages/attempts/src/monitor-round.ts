import type { Model, Monitored, Task, Trace } from '@whetstone/core'
import { deriveSeed, range, readRows, Trace as TraceSchema } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import { takeVitals } from '@whetstone/evaluation/take-vitals.ts'
import { watch, type Probe } from '@whetstone/evaluation/watch.ts'
import { roundFiles } from '@whetstone/runs'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { samplingOf } from '@whetstone/recipe/recipe.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** A pair (model, bank) that is served. */
type Served = { model: Model; bank: string | null }

/**
 * After a round: the pair that is served attempts the probe, train tasks that are the same in every round of the run and that no gate sees, and
 * is compared with the run's earlier rounds. A round that served nothing new has the probe of the one before.
 */
export async function monitorRound(context: RoundContext, served: Served): Promise<Monitored> {
  const { recipe, round, seed, files } = context
  const train = await takeVitals(readRows(files.traces, TraceSchema, { optional: true }))
  const { tasks } = recipe.settings.probe
  if (tasks === 0) return { probe: null, train, warnings: [], regression: null }
  const groups = await probeTasks(context)
  if (round === 1)
    await attemptProbe(context, { model: context.incumbent.model, bank: context.incumbent.bank }, groups, roundFiles(context.run, 0).probe)
  await attemptProbe(context, served, groups, files.probe)
  const before: Probe[] = []
  for (let earlier = 0; earlier < round; earlier++) {
    const probe = await readProbe(context.run, earlier)
    if (probe) before.push(probe)
  }
  const now = await readProbe(context.run, round)
  if (!now) return { probe: null, train, warnings: [], regression: null }
  return { probe: now.vitals, train, ...watch(now, before, { seed: deriveSeed(seed, 'monitor', round) }) }
}

/** The probe's tasks: train tasks drawn once for the run, of every course the levels up to the one that the recipe begins with. */
export function probeTasks({ recipe, seed }: RoundContext): Promise<Task[][]> {
  return Promise.all(
    recipe.courses.map(({ taskset, levels }) =>
      taskset.load({
        split: 'train',
        // the run's own seed, since keys may mean something else under another; round 0, which no round draws
        seed,
        round: 0,
        limit: recipe.settings.probe.tasks,
        levels: levels && range(levels.from, levels.frontier),
      }),
    ),
  )
}

async function attemptProbe(context: RoundContext, { model, bank: tag }: Served, groups: Task[][], file: string): Promise<void> {
  const { recipe, seed } = context
  const store = recipe.memory?.deploy && tag !== null && context.bank ? await context.bankAt(tag) : null
  await using _open = store ?? { [Symbol.asyncDispose]: async () => {} }
  await collect({
    run: context.run,
    round: context.round,
    arm: 'probe',
    policy: { model: model.id, bank: store ? tag : null },
    groups: groups.map((tasks) => ({ tasks, samples: recipe.settings.probe.samples })),
    seed,
    ...attemptPolicy(recipe, context.models, { role: 'incumbent', model, train: false }),
    sampling: samplingOf(recipe, 'train'),
    show: showMemories(recipe, store, { seed, holdout: false, evaluation: true }),
    file,
    label: 'probe for collapse',
    signal: context.signal,
  })
}

async function readProbe(run: string, round: number): Promise<Probe | null> {
  const traces = () => readRows(roundFiles(run, round).probe, TraceSchema, { optional: true })
  const vitals = await takeVitals(traces())
  if (vitals.attempts === 0) return null
  const levels = await evaluate(traces() as AsyncIterable<Trace>, { model: 'incumbent', memory: false })
  return { round, vitals, levels: levels.map(({ taskset, level, outcomes }) => ({ taskset, level, outcomes })) }
}
