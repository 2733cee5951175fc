import type { Evaluation, LevelName, Look, Model, Role, Trace } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { evaluate } from '@whetstone/evaluation'
import type { Arms, BestLevels, Reflected, TrainAttempts } from '@whetstone/runs'
import { retireLearned } from './retire-learned.ts'
import { attemptArm, relabel, type Contestant, type Groups } from './attempt-arm.ts'
import { attemptCandidate } from './attempt-candidate.ts'
import { countSpread } from './count-spread.ts'
import type { RoundContext } from './round-context.ts'
import { namedLevels, validationTasks } from './validation-tasks.ts'

/** How many arms a round has at most: {incumbent, candidate} x {memory off, on}, and the incumbent with the old bank. */
export const countArms = ({ recipe, bank }: RoundContext): number => (recipe.trainer ? 2 : 1) * (bank ? 2 : 1) + (bank ? 1 : 0)

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

  const off = await record('incumbent-off', { role: 'incumbent', model: incumbent.model, bank: null }, groups)
  const withBank = async (name: string, bank: Contestant['bank']) =>
    bank === null || (await bank.store.size()) === 0
      ? // a bank without memories shows none: the same prompts and seeds as without it
        relabel(off, { memory: true, bank: bank?.tag ?? null })
      : record(name, { role: 'incumbent', model: incumbent.model, bank }, groups)
  const before = old && fresh && (await withBank('incumbent-old-bank', old))
  const after = fresh && (await withBank('incumbent-on', fresh))
  const verdict = before && after ? recipe.gate.judgeBank({ old: before, new: after, looks, seed: gateSeed }) : null
  const rolledBack = verdict !== null && !verdict.kept
  const served = rolledBack ? old : fresh
  const incumbents = [...off, ...((rolledBack ? before : after) ?? [])]

  const levels = namedLevels(train)
  const memory = Boolean(served && recipe.memory?.deploy)
  const ask = { frontier: levels, memory, looks, seed: gateSeed }
  const reduced =
    candidate && served && recipe.consolidate ? await retireLearned(context, { candidate, full: served, how: recipe.consolidate }) : null
  await using _reduced = reduced?.store ?? { [Symbol.asyncDispose]: async () => {} }
  const offered = reduced ?? served
  const tried =
    candidate && (await attemptCandidate({ record, recipe, seed: gateSeed }, { candidate, groups, served: offered, incumbents, ask }))

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
    reduced: reduced && { tag: reduced.tag, size: reduced.size, retired: reduced.retired },
    levels,
    stopped: tried?.stopped ?? null,
    ...record.costs,
    spread: record.spread.spread(),
    arms: nameArms(record.costs.arms, { incumbent: served?.tag ?? null, candidate: candidate && { bank: offered?.tag ?? null } }),
  }
}

/** The arms with what is served first: a bank without memories has the attempts of the arm without. */
function nameArms(
  attempted: Arms['arms'],
  { incumbent, candidate }: { incumbent: string | null; candidate: { bank: string | null } | null },
): Arms['arms'] {
  const roles: { role: Role; served: string | null }[] = [
    { role: 'incumbent', served: incumbent },
    ...(candidate ? [{ role: 'candidate' as const, served: candidate.bank }] : []),
  ]
  const first = roles.flatMap(({ role, served }) =>
    (served === null ? [null] : [null, served]).map((bank) => {
      const own = attempted.find((arm) => arm.role === role && arm.bank === bank)
      return { name: own?.name ?? `${role}-off`, role, memory: bank !== null, bank }
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
  const costs: Pick<Arms, 'arms' | 'tokens' | 'faults' | 'ends' | 'truncated' | 'context' | 'undecided' | 'attempted'> = {
    arms: [],
    tokens: { prompt: 0, completion: 0 },
    faults: { retried: 0, failed: 0, quarantined: 0 },
    ends: {},
    truncated: 0,
    context: 0,
    undecided: 0,
    attempted: 0,
  }
  const spread = countSpread()
  const record = async (name: string, arm: Contestant, groups: Groups): Promise<Evaluation[]> => {
    const file = context.files.arm(name)
    const { traces, faults } = await attemptArm(context, arm, groups, { file, arm: 'validation', temperature: undefined })
    costs.arms = [
      ...costs.arms.filter((each) => each.name !== name),
      { name, role: arm.role, memory: arm.bank !== null, bank: arm.bank?.tag ?? null },
    ]
    costs.faults.retried += faults.retried
    costs.faults.failed += faults.failed
    costs.faults.quarantined += faults.quarantined
    return relabel(await evaluate(addCosts(costs, traces, spread), { model: arm.role, memory: arm.bank !== null }), {
      bank: arm.bank?.tag ?? null,
    })
  }
  return Object.assign(record, { costs, spread })
}

/** The traces, counted as they pass. */
async function* addCosts(
  arms: Pick<Arms, 'tokens' | 'ends' | 'truncated' | 'context' | 'undecided' | 'attempted'>,
  traces: AsyncIterable<Trace>,
  spread: ReturnType<typeof countSpread>,
) {
  for await (const trace of traces) {
    arms.attempted++
    arms.tokens.prompt += trace.tokens.prompt
    arms.tokens.completion += trace.tokens.completion
    if (trace.truncated) arms.truncated++
    if (trace.finish !== 'stop') arms.ends[trace.finish] = (arms.ends[trace.finish] ?? 0) + 1
    if (trace.finish === 'context') arms.context++
    if (trace.grade.undecided) arms.undecided++
    spread.add(trace)
    yield trace
  }
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
