import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { quantizeWhole } from './make-artifact.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/**
 * On promotion of a LoRA candidate: base and adapter merged into one file and quantized to the recipe's type, beside the adapter, for use elsewhere. The run itself goes on serving what was gated (the recipe's `serve`). Null where there is nothing to merge; done once.
 */
export async function publish(context: RoundContext, candidate: Model): Promise<string | null> {
  const { recipe, files } = context
  const trained = { ...candidate, ...candidate.master }
  if (recipe.publish === undefined || trained.adapter === null) return null
  const out = join(files.checkpoint, `merged-${recipe.publish}.gguf`)
  if (!existsSync(out)) await quantizeWhole(context, trained, { type: recipe.publish, out })
  return out
}
