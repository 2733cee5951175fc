import { deriveSeed, isFault, type LanguageModel, type Sampling, type Task } from '@whetstone/core'
import type { PoolItem } from './pool.ts'

/**
 * A pool of a model's own answers: `samples` of each task, whatever they are worth; those cut short and empty ones are left out. `type` is
 * usually `student`.
 */
export async function samplePool(
  model: LanguageModel,
  tasks: readonly Task[],
  options: { type: string; samples: number; sampling: Sampling; seed: number; system?: string; signal?: AbortSignal },
): Promise<PoolItem[]> {
  const { type, samples, sampling, seed, system, signal } = options
  const requests = tasks.flatMap((task) =>
    Array.from({ length: samples }, (_, sample) => ({
      id: JSON.stringify([task.id, sample]),
      messages: [...(system ? [{ role: 'system' as const, content: system }] : []), { role: 'user' as const, content: task.prompt }],
      seed: deriveSeed(seed, 'pool', task.id, sample),
      sampling,
    })),
  )
  const outputs = new Map<string, string>()
  for await (const completion of model.generate(requests, { signal }))
    if (!isFault(completion) && completion.finish === 'stop') outputs.set(completion.id, completion.text)
  return requests.flatMap(({ id, messages }) => {
    const output = outputs.get(id)
    return output ? [{ instruction: messages.at(-1)?.content ?? '', input: '', output, type, system }] : []
  })
}
