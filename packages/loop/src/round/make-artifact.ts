import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { Example, readRows } from '@whetstone/core'
import { importanceMatrix, merge, quantize, takesImportance, type QuantizationType } from '@whetstone/training'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/**
 * What is sampled in the arms, gated and deployed, made of what was trained by the recipe's `serve`: base and adapter as they are, merged, or
 * merged and quantized. The next round goes on from what was trained, the model's `master`.
 */
export async function makeArtifact(context: RoundContext, trained: Model): Promise<Model> {
  const { serve } = context.recipe
  if (serve === 'adapter') return trained
  if (typeof serve === 'object' && 'adapter' in serve)
    return trained.adapter === null ? trained : { ...trained, adapterScale: serve.adapter }
  if (serve === 'merged' && trained.adapter === null) return trained
  const master = { path: trained.path as string, adapter: trained.adapter, quantization: trained.quantization }
  const made =
    serve === 'merged'
      ? await merge(trained, { out: join(context.files.checkpoint, 'merged.gguf'), ...how(context) })
      : await quantizeWhole(context, trained, {
          type: serve.quantize,
          out: join(context.files.checkpoint, `served-${serve.quantize}.gguf`),
        })
  return { ...made, parent: trained.parent, master }
}

/** A model, merged first where it has an adapter, in another type; K- and I-quants by what matters on the harvest's rows. */
export async function quantizeWhole(
  context: RoundContext,
  model: Model,
  { type, out }: { type: QuantizationType; out: string },
): Promise<Model> {
  const { checkpoint } = context.files
  const whole = model.adapter === null ? model : await merge(model, { out: join(checkpoint, 'whole.gguf'), ...how(context) })
  const imatrix = takesImportance(type)
    ? await importanceMatrix(whole, texts(context), {
        out: join(checkpoint, 'imatrix.gguf'),
        gpu: context.recipe.settings.gpu,
        ...how(context),
      })
    : undefined
  const made = await quantize(whole, { type, out, imatrix, ...how(context) })
  if (whole !== model) rmSync(whole.path as string, { force: true })
  return made
}

const how = ({ signal, threads, files }: RoundContext) => ({ signal, threads, logFile: files.publishLog })

/** The harvest's rows as the model reads and writes them. */
async function* texts({ files }: RoundContext): AsyncGenerator<string> {
  for await (const { promptText, messages } of readRows(files.examples, Example)) {
    const said = messages.map(({ content }) => content)
    yield promptText === null ? said.join('\n') : promptText + (said.at(-1) ?? '')
  }
}
