import { deriveSeed, isFault, type LanguageModel, type Sampling } from '@whetstone/core'
import type { PoolItem } from './pool.ts'

const request = `Rewrite the answer below in your own words. Keep its meaning, every number, every formula, every step and the final answer with its format. Do not add anything and do not comment.
Reply with the rewritten answer alone.`

/**
 * A pool's answers said in another model's words (a teacher's, usually): same prompts, type `<type> paraphrase`. Answers that came back cut
 * short, empty or unchanged are left out; whether the meaning stayed is for a grader to say.
 */
export async function paraphrasePool(
  model: LanguageModel,
  pool: readonly PoolItem[],
  options: { sampling: Sampling; seed: number; signal?: AbortSignal },
): Promise<PoolItem[]> {
  const requests = pool.map(({ instruction, input, output }, index) => ({
    id: String(index),
    messages: [
      { role: 'system' as const, content: request },
      { role: 'user' as const, content: `Question:\n${[instruction, input].filter(Boolean).join('\n')}\n\nAnswer:\n${output}` },
    ],
    seed: deriveSeed(options.seed, 'paraphrase', index),
    sampling: options.sampling,
  }))
  const items = new Map<number, PoolItem>()
  for await (const completion of model.generate(requests, options.signal ? { signal: options.signal } : {})) {
    const index = Number(completion.id)
    const item = pool[index]
    if (isFault(completion) || completion.finish !== 'stop' || !item) continue
    const output = completion.text.trim()
    if (output !== '' && output !== item.output.trim()) items.set(index, { ...item, output, type: `${item.type} paraphrase` })
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
}
