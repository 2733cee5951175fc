import type { Model } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import { isKeptApart } from '@whetstone/harvest'
import type { Bank } from '@whetstone/memory'
import { bankTag } from '@whetstone/runs'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import type { Consolidation } from '@whetstone/recipe/consolidation.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** Contents of entries that were retired because the weights know them: to be told them again brings none back. */
export async function learnedContents(bank: Bank): Promise<Set<string>> {
  const gone = (await bank.memories({ retired: true })).filter(({ retiredFor }) => retiredFor === 'learned')
  return new Set(gone.map(({ content }) => content))
}

export type Reduced = { tag: string; store: Bank; retired: number; size: number }

/**
 * The bank without the entries that the candidate no longer needs, under a tag of its own: train tasks of the courses without levels are attempted
 * without memory, each counted for the entry that it would have been shown. What the full bank holds stays at its own tag, for the incumbent.
 */
export async function retireLearned(
  context: RoundContext,
  { candidate, full, how }: { candidate: Model; full: { tag: string; store: Bank }; how: Consolidation },
): Promise<Reduced | null> {
  const { recipe, bank, round, seed, run } = context
  if (!bank || !recipe.memory) return null
  const drawn = await Promise.all(
    recipe.courses
      .filter(({ levels }) => !levels)
      // a draw of its own: no round comes to this number
      .map(({ taskset }) =>
        taskset.load({
          split: 'train',
          seed,
          round: round * 1000 + 999,
          limit: Math.ceil(how.tasks / (how.apart || 1)),
        }),
      ),
  )
  const judged = drawn.map((tasks) => tasks.filter(({ id }) => how.apart === 0 || isKeptApart(id, how.apart)))
  const recalled = await full.store.recall(judged.flat().map((task) => ({ task, k: 1 })))
  const entryOf = new Map(judged.flat().map(({ id }, i) => [id, recalled[i]?.memories[0]?.id]))
  const groups = judged.map((tasks) => ({ tasks: tasks.filter(({ id }) => entryOf.get(id) !== undefined), samples: 1 }))
  const policy = attemptPolicy(recipe, context.models, { role: 'candidate', model: candidate, train: false })
  const { traces } = await collect({
    ...policy,
    run,
    round,
    arm: 'learned',
    policy: { model: candidate.id, bank: null },
    groups: groups.filter(({ tasks }) => tasks.length > 0),
    seed,
    sampling: { ...policy.sampling, temperature: 0 },
    show: showMemories(recipe, null, { seed, holdout: false, evaluation: false }),
    file: context.files.learned,
    label: 'what the candidate knows without its memories',
    signal: context.signal,
  })
  const counts = new Map<string, { n: number; passed: number }>()
  for await (const { task, grade } of traces) {
    const entry = entryOf.get(task)
    if (entry === undefined) continue
    const { n, passed } = counts.get(entry) ?? { n: 0, passed: 0 }
    counts.set(entry, { n: n + 1, passed: passed + Number(grade.passed) })
  }
  const known = [...counts].filter(([, { n, passed }]) => n >= how.least && passed >= how.solved * n)
  // the bank as it was before, whatever a stopped round left
  await bank.rollback(full.tag)
  await bank.retire(
    known.map(([id, { n, passed }]) => ({
      id,
      reason: 'learned',
      detail: `${passed} of ${n} tasks solved without it after round ${round}`,
    })),
  )
  const tag = `${bankTag(round)}-reduced`
  await bank.tag(tag)
  return { tag, store: await context.bankAt(tag), retired: known.length, size: await bank.size() }
}
