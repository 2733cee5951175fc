import { askTogether, BadInput, type Gpu, type LanguageModel, type Model } from '@whetstone/core'
import { describeEndpoint, describeGguf, openModel } from '@whetstone/inference'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import openai from '@whetstone/inference/backends/openai.ts'
import { ensureTools } from '@whetstone/native'
import type { Flags } from '../command.ts'
import { modelFile } from '../recipe/resolve-recipe.ts'
import { useAccelerator } from '../recipe/use-accelerator.ts'

/** Flags that name the model of the role judge. */
export const judgeFlags = {
  judge: { type: 'file', about: 'the model that the grader judge asks: GGUF file, models/<name>, or hf:owner/repo/file.gguf' },
  'judge-endpoint': {
    type: 'string',
    about: 'OpenAI-compatible address of the judge in place of a model here; its key comes from OPENAI_API_KEY',
  },
  'judge-endpoint-model': { type: 'string', about: "the judge's name there (default: the first it lists)" },
  probe: {
    type: 'file',
    about:
      'table of answers of known verdict (question, answer, correct, if wanted reference), by which the judge itself is measured (default: gold answers, and those of other questions)',
  },
} as const satisfies Flags

/** Who is named as judge, looked at but not opened; null where nobody is. */
export type JudgeNamed = { model: string | undefined; endpoint: string | undefined; endpointModel: string | undefined }

export async function describeJudge({ model, endpoint, endpointModel }: JudgeNamed): Promise<Model | null> {
  if (model !== undefined && endpoint !== undefined) throw new BadInput('--judge and --judge-endpoint name two judges: give one')
  if (endpoint !== undefined) return describeEndpoint({ url: endpoint, model: endpointModel })
  return model === undefined ? null : describeGguf(modelFile(model, '--judge'))
}

/** Opens the judge for asking about many answers at once. */
export async function openJudge(
  named: JudgeNamed,
  { gpu = 'auto', threads, signal }: { gpu?: Gpu; threads?: number; signal?: AbortSignal },
): Promise<LanguageModel | null> {
  const model = await describeJudge(named)
  if (model === null) return null
  const backend = named.endpoint === undefined ? llamaSample() : openai({ url: named.endpoint, model: named.endpointModel })
  if (model.path !== null) await ensureTools(['llama-sample'], { signal })
  const device = await useAccelerator(gpu, model, signal)
  return askTogether(await openModel({ model, backend }, { concurrency: 16, context: 4096, gpu: device, threads, signal }))
}
