import type { Evaluation, LevelName, Look, Model, Role, Task, Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import type { Bank } from '@whetstone/memory'
import type { Arms, BestLevels, Reflected, TrainAttempts } from '@whetstone/runs'
import { graderOf, offersOf, samplingOf } from '../recipe/recipe.ts'
import { freezeTasks, trainedOn } from './freeze-tasks.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** A policy on the validation tasks; `bank` null shows no memories. `tag` names the bank. */
export type Contestant = { role: Role; model: Model; bank: { tag: string; store: Bank } | null }
type Groups = readonly (readonly Task[])[]

/** How many arms a round has at most: {incumbent, candidate} x {memory off, on}, and the incumbent with the old bank. */
export const countArms = ({ recipe, bank }: RoundContext): number => (recipe.trainer ? 2 : 1) * (bank ? 2 : 1) + (bank ? 1 : 0)

/** The levels of the gate's one test: those of the frontier, named from train attempts before any validation attempt. */
export const namedLevels = ({ frontier }: TrainAttempts): LevelName[] =>
  frontier ? (frontier.levels ?? [frontier.level]).map((level) => ({ taskset: frontier.taskset, level })) : []

/** The validation tasks of a round: every course, the levels up to the frontier. What was ever trained on is none, whatever split it is in now. */
export function validationTasks(context: RoundContext, train: TrainAttempts): Promise<Task[][]> {
  const known = drawn.get(context) ?? drawValidation(context, train)
  drawn.set(context, known)
  return known
}

/** Drawn once a round: the draw reads task data and all that was trained on. */
const drawn = new WeakMap<RoundContext, Promise<Task[][]>>()

async function drawValidation(context: RoundContext, train: TrainAttempts): Promise<Task[][]> {
  const { recipe, seed, round } = context
  const trained = await trainedOn(context)
  const groups = await Promise.all(
    recipe.courses.map(({ taskset, levels, validation }) => {
      const climbed = levels && train.rates.filter((rate) => rate.taskset === taskset.name).map(({ level }) => level)
      const top = Math.max(...namedLevels(train).flatMap((named) => (named.taskset === taskset.name ? [named.level] : [])))
      return taskset.load({
        split: 'validation',
        seed,
        round,
        limit: validation,
        levels: climbed?.filter((level) => top === -Infinity || level <= top).sort((a, b) => a - b),
      })
    }),
  )
  const unseen = groups.map((tasks) => tasks.filter((task) => !trained(task)))
  for (const [index, tasks] of groups.entries()) {
    const left = tasks.length - (unseen[index]?.length ?? 0)
    if (left > 0)
      process.stderr.write(
        `${tasks[0]?.taskset}: ${left} of ${tasks.length} validation tasks were trained on in this run, since the task data changed; they are left out\n`,
      )
    await freezeTasks(context, unseen[index] ?? [])
  }
  return unseen
}

/**
 * Attempts the arms of a round on the same tasks with the same seeds, one model on the accelerator at a time. Bank first: the incumbent
 * without memory, with the old bank and with the new one; the gate says which is served; then the candidate with that one, and the run's
 * best models where the incumbent is not the best.
 */
export async function attemptArms(
  context: RoundContext,
  { candidate, memories, train, looks }: { candidate: Model | null; memories: Reflected; train: TrainAttempts; looks: readonly Look[] },
): Promise<Arms> {
  const { recipe, incumbent, seed, round } = context
  const groups = await validationTasks(context, train)
  const record = recorder(context)
  const gateSeed = deriveSeed(seed, 'gate', round)
  await using banks = await openBanks(context, memories)
  const { old, fresh } = banks

  const bare = await record('incumbent-bare', { role: 'incumbent', model: incumbent.model, bank: null }, groups)
  const withBank = async (name: string, bank: Contestant['bank']) =>
    bank === null || (await bank.store.size()) === 0
      ? // a bank without memories shows none: the same prompts and seeds as without it
        relabel(bare, { memory: true, bank: bank?.tag ?? null })
      : record(name, { role: 'incumbent', model: incumbent.model, bank }, groups)
  const before = old && fresh && (await withBank('incumbent-old-bank', old))
  const after = fresh && (await withBank('incumbent-memory', fresh))
  const verdict = before && after ? recipe.gate.judgeBank({ old: before, new: after, looks, seed: gateSeed }) : null
  const rolledBack = verdict !== null && !verdict.kept
  const served = rolledBack ? old : fresh
  const incumbents = [...bare, ...((rolledBack ? before : after) ?? [])]

  const levels = namedLevels(train)
  const memory = Boolean(served && recipe.memory?.deploy)
  const ask = { frontier: levels, memory, looks, seed: gateSeed }
  const tried = candidate && (await attemptCandidate({ record, recipe, seed: gateSeed }, { candidate, groups, served, incumbents, ask }))

  const best = bestNow(context, { rolledBack, before, after, old })
  const references = candidate ? await attemptReferences(context, { record, groups, best, memory }) : []
  return {
    evaluations: [...incumbents, ...(tried?.evaluations ?? [])],
    others: relabel((rolledBack ? after : before) ?? [], {
      memory: true,
      arm: rolledBack ? 'incumbent, new bank, rolled back' : 'incumbent, old bank',
    }),
    references,
    best,
    bank: verdict,
    served: served?.tag ?? incumbent.bank,
    levels,
    stopped: tried?.stopped ?? null,
    ...record.costs,
    arms: nameArms(record.costs.arms, { served: served?.tag ?? null, candidate: candidate !== null }),
  }
}

/** The arms with what is served first: a bank without memories has the attempts of the bare arm. */
function nameArms(attempted: Arms['arms'], { served, candidate }: { served: string | null; candidate: boolean }): Arms['arms'] {
  const roles: Role[] = candidate ? ['incumbent', 'candidate'] : ['incumbent']
  const first = roles.flatMap((role) =>
    (served === null ? [null] : [null, served]).map((bank) => {
      const own = attempted.find((arm) => arm.role === role && arm.bank === bank)
      return { name: own?.name ?? `${role}-bare`, role, memory: bank !== null, bank }
    }),
  )
  return [...first, ...attempted.filter(({ role, bank }) => !first.some((arm) => arm.role === role && arm.bank === bank))]
}

/** The bank as it was before this round and as it is after it; `old` null where the two hold the same, `fresh` null without a memory. */
async function openBanks(context: RoundContext, { tag, added, retired }: Reflected) {
  const open = async (name: string | null) => (name === null || !context.bank ? null : { tag: name, store: await context.bankAt(name) })
  const fresh = await open(tag)
  const old = added === 0 && retired === 0 ? null : await open(context.incumbent.bank)
  return {
    old,
    fresh,
    async [Symbol.asyncDispose]() {
      await old?.store[Symbol.asyncDispose]()
      await fresh?.store[Symbol.asyncDispose]()
    },
  }
}

type Recorder = ReturnType<typeof recorder>

/** Attempts arms and keeps their files and costs. */
function recorder(context: RoundContext) {
  const costs: Pick<Arms, 'arms' | 'tokens' | 'faults' | 'truncated' | 'context' | 'attempted'> = {
    arms: [],
    tokens: { prompt: 0, completion: 0 },
    faults: { retried: 0, failed: 0 },
    truncated: 0,
    context: 0,
    attempted: 0,
  }
  const record = async (name: string, arm: Contestant, groups: Groups): Promise<Evaluation[]> => {
    const file = context.files.arm(name)
    const { traces, faults } = await attemptArm(context, arm, groups, { file, arm: 'validation', temperature: undefined })
    costs.arms = [
      ...costs.arms.filter((each) => each.name !== name),
      { name, role: arm.role, memory: arm.bank !== null, bank: arm.bank?.tag ?? null },
    ]
    costs.faults.retried += faults.retried
    costs.faults.failed += faults.failed
    return relabel(await evaluate(addCosts(costs, traces), { model: arm.role, memory: arm.bank !== null }), {
      bank: arm.bank?.tag ?? null,
    })
  }
  return Object.assign(record, { costs })
}

/** The traces, counted as they pass. */
async function* addCosts(arms: Pick<Arms, 'tokens' | 'truncated' | 'context' | 'attempted'>, traces: AsyncIterable<Trace>) {
  for await (const trace of traces) {
    arms.attempted++
    arms.tokens.prompt += trace.tokens.prompt
    arms.tokens.completion += trace.tokens.completion
    if (trace.truncated) arms.truncated++
    if (trace.finish === 'context') arms.context++
    yield trace
  }
}

const relabel = (evaluations: readonly Evaluation[], more: Partial<Evaluation>): Evaluation[] =>
  evaluations.map((evaluation) => ({ ...evaluation, ...more }))

/**
 * The candidate, with the memory setting that is deployed first. Where the gate may stop early, the guarded tasks come whole and the
 * frontier's in batches of whole clusters; the other memory setting, which decides nothing, gets the tasks that were attempted.
 */
async function attemptCandidate(
  { record, recipe, seed }: { record: Recorder; recipe: RoundContext['recipe']; seed: number },
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
    record(`candidate-${memory ? 'memory' : 'bare'}`, { role: 'candidate', model: candidate, bank: memory ? served : null }, tasks)
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

/** The best models by level, as the last round left them; where the new bank did worse on a level than the old one, the old pair is the better there. */
function bestNow(
  { incumbent, round }: RoundContext,
  {
    rolledBack,
    before,
    after,
    old,
  }: { rolledBack: boolean; before: Evaluation[] | null; after: Evaluation[] | null; old: Contestant['bank'] },
): BestLevels {
  const known = (level: LevelName) => incumbent.best.some((each) => each.taskset === level.taskset && each.level === level.level)
  if (rolledBack || !old || !before || !after) return incumbent.best
  const worse = before.filter(
    (was) => !known(was) && after.some((now) => now.taskset === was.taskset && now.level === was.level && now.passRate < was.passRate),
  )
  return [
    ...incumbent.best,
    ...worse.map(({ taskset, level }) => ({ taskset, level, round: round - 1, model: incumbent.model, bank: old.tag })),
  ]
}

async function attemptReferences(
  context: RoundContext,
  { record, groups, best, memory }: { record: Recorder; groups: Groups; best: BestLevels; memory: boolean },
): Promise<Evaluation[]> {
  const found: Evaluation[] = []
  for (const [key, levels] of Map.groupBy(best, ({ model, bank }) => `${model.id} ${bank}`)) {
    const { model, bank, round } = levels[0] as BestLevels[number]
    const tasks = groups
      .map((group) => group.filter(({ taskset, level }) => levels.some((each) => each.taskset === taskset && each.level === level)))
      .filter((group) => group.length > 0)
    if (tasks.length === 0) continue
    const store = memory && bank !== null && context.bank ? await context.bankAt(bank) : null
    await using _open = store ?? { [Symbol.asyncDispose]: async () => {} }
    const arm: Contestant = { role: 'reference', model, bank: store && bank !== null ? { tag: bank, store } : null }
    const name = `best-${round}-${[...best].findIndex((each) => `${each.model.id} ${each.bank}` === key)}`
    found.push(...relabel(await record(name, arm, tasks), { memory, arm: `best of round ${round}` }))
  }
  return found
}

/** One arm: greedy unless the recipe samples more, or a temperature is given. */
export function attemptArm(
  context: RoundContext,
  arm: Contestant,
  groups: Groups,
  how: { file: string; arm: string; temperature: number | undefined },
) {
  const { recipe, seed } = context
  const sampling = samplingOf(recipe, 'arms')
  return collect({
    run: context.run,
    round: context.round,
    arm: how.arm,
    policy: { model: arm.model.id, bank: arm.bank?.tag ?? null },
    groups: groups.map((tasks) => ({ tasks: [...tasks], samples: how.temperature === undefined ? recipe.settings.evalSamples : 1 })),
    seed,
    solver: recipe.solver,
    sampling: how.temperature === undefined ? sampling : { ...sampling, temperature: how.temperature },
    mayGrade: false,
    grade: graderOf(recipe),
    ...offersOf(recipe),
    show: showMemories(recipe, arm.bank?.store ?? null, { seed, holdout: false, evaluation: true }),
    teachers: context.models.teachers(arm.model),
    open: () => context.models.open(arm.role, arm.model),
    file: how.file,
    chunk: recipe.settings.chunk,
    label: `${how.arm === 'retest' ? 'retest ' : ''}${arm.role} ${arm.bank ? `memory on (${arm.bank.tag})` : 'memory off'}`,
    signal: context.signal,
  })
}
