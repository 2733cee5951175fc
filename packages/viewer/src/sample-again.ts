import type { Call, Model, Trace } from '@whetstone/core'
import { toRepository } from '@whetstone/core'
import type { RoundReader, RunReader } from '@whetstone/runs'

/** The weights that a policy's id names, as far as the run still knows them. */
export function weightsOf(run: RunReader, reader: RoundReader, id: string): Pick<Model, 'path' | 'adapter'> | null {
  const known = [reader.candidate(), run.incumbent()?.model, ...run.rounds().map((round) => round.candidate())]
  const found = known.find((model) => model?.id === id)
  if (found?.path) return found
  const recipe = run.record()?.recipes[0]?.recipe as { model?: unknown } | undefined
  return run.record()?.base === id && typeof recipe?.model === 'string' ? { path: recipe.model, adapter: null } : null
}

/** The command that samples a call again; null where its prompt or its weights are not known. The row is JSON on one line of a quoted here-document: nothing in it is the shell's. */
export function sampleAgain(call: Call, trace: Trace, weights: Pick<Model, 'path' | 'adapter'> | null, recipe: unknown): string | null {
  if (call.promptText === null || !weights?.path) return null
  const { sampling, settings } = (recipe ?? {}) as {
    sampling?: { temperature?: number; maxTokens?: number }
    settings?: { evalSamples?: number; context?: number }
  }
  const greedy = trace.split !== 'train' && (settings?.evalSamples ?? 1) === 1
  const row = {
    id: trace.id,
    prompt: call.promptText,
    seeds: [call.seed],
    temperature: greedy ? 0 : (sampling?.temperature ?? 0.7),
    max_tokens: sampling?.maxTokens ?? Math.max(16, call.tokens.completion),
  }
  const path = (file: string) => `'${toRepository(file).replaceAll("'", "'\\''")}'`
  return [
    `tools/bin/llama-sample -m ${path(weights.path)}${weights.adapter ? ` --lora ${path(weights.adapter)}` : ''} -c ${settings?.context ?? 2048} --data - --out - <<'WHETSTONE'`,
    JSON.stringify(row),
    'WHETSTONE',
  ].join('\n')
}
