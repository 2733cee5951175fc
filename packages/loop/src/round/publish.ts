import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { merge, quantize } from '@whetstone/training'
import type { RoundContext } from './round-context.ts'

/**
 * On promotion of a LoRA candidate: base and adapter merged into one file and quantized to the recipe's type, beside the adapter, for use elsewhere. The run itself goes on serving base + adapter,
 * which is what was gated. Null where there is nothing to merge; done once.
 */
export async function publish({ recipe, files, signal, threads }: RoundContext, candidate: Model): Promise<string | null> {
  if (recipe.publish === undefined || candidate.adapter === null) return null
  const out = join(files.checkpoint, `merged-${recipe.publish}.gguf`)
  if (existsSync(out)) return out
  const options = { signal, logFile: files.publishLog, threads }
  const whole = await merge(candidate, { out: join(files.checkpoint, 'merged.gguf'), ...options })
  await quantize(whole, { type: recipe.publish, out, ...options })
  rmSync(whole.path as string, { force: true })
  return out
}
