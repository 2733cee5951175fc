import { deriveSeed, isFault, type LanguageModel, type Trace } from '@whetstone/core'
import { exchangeOf } from './exchange-of.ts'
import { readPrompt } from './read-prompt.ts'

/** Asks a model whether attempts succeeded, for tasks without ground truth. Whatever is not a clear SUCCESS counts as a failure: no verdict, two verdicts, a cut-off answer, a provider that fails. */
export async function judgeAttempts(
  traces: readonly Trace[],
  model: LanguageModel,
  options: { seed: number; signal?: AbortSignal },
): Promise<Map<string, boolean>> {
  const prompt = readPrompt('judge')
  const verdicts = new Map(traces.map((trace) => [trace.id, false]))
  const requests = traces.map((trace) => ({
    id: trace.id,
    messages: [{ role: 'user' as const, content: prompt.fill(exchangeOf(trace)) }],
    seed: deriveSeed(options.seed, 'judge', trace.id),
    sampling: { temperature: 0, maxTokens: 1024 },
  }))
  for await (const result of model.generate(requests, options.signal ? { signal: options.signal } : {})) {
    if (!isFault(result)) verdicts.set(result.id, result.finish === 'stop' && saysSuccess(result.text))
  }
  return verdicts
}

/** Only a single, last-line verdict counts. */
export function saysSuccess(text: string): boolean {
  const verdicts = text.match(/VERDICT\s*:\s*\**\s*(SUCCESS|FAILURE)/gi) ?? []
  return verdicts.length === 1 && /SUCCESS/i.test(verdicts[0] as string)
}
