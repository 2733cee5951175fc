import type { Trace } from '@whetstone/core'
import type { FrozenTask } from '@whetstone/runs'
import type { ComparedArm } from './compared-arm.ts'
import type { FatedTask } from './compare-arms.ts'

/** A task with what every arm said to it, null where an arm keeps no answer. */
export type Answered = FatedTask & { prompt: string; reference: string | null; answers: (Trace | null)[] }

export const answerOf = (trace: Pick<Trace, 'messages'> | null | undefined): string =>
  trace?.messages.findLast(({ role }) => role === 'assistant')?.content ?? ''

/** The first attempt of each arm at these tasks; what was asked and what is right come from the tasks that the rounds froze. */
export async function answersOf(arms: readonly ComparedArm[], tasks: readonly FatedTask[]): Promise<Answered[]> {
  const wanted = new Set(tasks.map(({ task }) => task))
  const frozen = new Map<string, { prompt: string; reference: string }>()
  const sources = new Map<string, () => AsyncIterable<FrozenTask>>()
  for (const { reader, tasks: common } of arms)
    if (common) sources.set('common', common)
    else if (reader) sources.set(`${reader.run} ${reader.round}`, () => reader.tasks())
  for (const tasksOf of sources.values()) {
    if (frozen.size === wanted.size) break
    for await (const { id, prompt, reference } of tasksOf()) if (wanted.has(id) && !frozen.has(id)) frozen.set(id, { prompt, reference })
  }
  return Promise.all(
    tasks.map(async (fated) => {
      const answers = await Promise.all(
        arms.map(async ({ traces }) => (traces ? ((await traces.find({ task: fated.task }, { limit: 1 })).traces[0] ?? null) : null)),
      )
      const told = frozen.get(fated.task)
      const asked = answers.find((trace) => trace !== null)?.messages.findLast(({ role }) => role === 'user')?.content
      return { ...fated, prompt: told?.prompt ?? asked ?? fated.task, reference: told?.reference ?? null, answers }
    }),
  )
}
