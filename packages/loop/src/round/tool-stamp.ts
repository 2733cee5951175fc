import { existsSync, statSync } from 'node:fs'
import { hash, paths } from '@whetstone/core'

/** What the native tools are: sizes of the binaries that make results. Names the tools' sources once `tools:build` has stamped them. */
export function toolStamp(): string {
  return hash(['llama-sample', 'llama-train', 'llama-score'].map((name) => (existsSync(paths.tool(name)) ? statSync(paths.tool(name)).size : 0)))
}
