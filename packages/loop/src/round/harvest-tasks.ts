import type { Split, Trace } from '@whetstone/core'
import { openRun } from '@whetstone/runs'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/** Questions of the validation and test tasks that a round may measure with: all of a fixed taskset, the round's own draw of a generated one. */
export async function heldOutQuestions({
  recipe,
  run,
  round,
  seed,
}: Pick<RoundContext, 'recipe' | 'run' | 'round' | 'seed'>): Promise<string[]> {
  const rates = openRun(run).round(round).step('traces')?.rates ?? []
  const splits: Split[] = ['validation', 'test']
  const questions: string[] = []
  for (const { taskset, levels, validation } of recipe.courses) {
    const climbed = levels && [...new Set(rates.filter((rate) => rate.taskset === taskset.name).map(({ level }) => level))]
    const limit = taskset.fresh ? validation : undefined
    for (const split of splits)
      for (const { prompt } of await taskset.load({ split, seed, round, levels: climbed, limit })) questions.push(prompt)
  }
  return questions
}

/** The right answer of a trace's task, as the trace's round froze it; read once a round, when first asked for. */
export function referencesOf({ run }: Pick<RoundContext, 'run'>): (trace: Trace) => Promise<string | undefined> {
  const frozen = new Map<number, Promise<Map<string, string>>>()
  const read = async (round: number) => {
    const references = new Map<string, string>()
    for await (const { id, reference } of openRun(run).round(round).tasks()) references.set(id, reference)
    return references
  }
  return async ({ round, task }) => {
    const known = frozen.get(round) ?? read(round)
    frozen.set(round, known)
    return (await known).get(task)
  }
}
