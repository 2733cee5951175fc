import { existsSync, statSync } from 'node:fs'
import { BadInput, hashFile, type Model } from '@whetstone/core'
import { knownHash } from './describe-gguf.ts'

/** Ids that are the beginning of the SHA-256 of what was trained or fetched: of the adapter where there is one. */
const hashed = /^model-([0-9a-f]{16})$/
const checked = new Map<string, string>()

/** Weights are those that their record names: a file that was changed, swapped or damaged is found before it answers anything. */
export async function checkWeights({ id, path, adapter }: Pick<Model, 'id' | 'path' | 'adapter'>): Promise<void> {
  const file = adapter ?? path
  const [, wanted] = hashed.exec(id) ?? []
  if (file === null || wanted === undefined) return
  for (const part of [path, adapter])
    if (part !== null && !existsSync(part))
      throw new BadInput(`${part} is not there, though a record names it (${id}): bring it back, or go back with npx nx run loops:rollback`)
  const { size, mtimeMs } = statSync(file)
  const place = `${file} ${size} ${mtimeMs}`
  const found = checked.get(place) ?? (adapter === null ? knownHash(file) : undefined) ?? (await hashFile(file))
  checked.set(place, found)
  if (!found.startsWith(wanted))
    throw new BadInput(
      `${file} holds other weights (model-${found.slice(0, 16)}) than the record names (${id}): it was changed or damaged; bring it back, or go back with npx nx run loops:rollback`,
    )
}
