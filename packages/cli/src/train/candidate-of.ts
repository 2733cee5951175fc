import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BadInput, hashFile, Model, readJson } from '@whetstone/core'
import { checkAdapter, checkGguf, describeGguf } from '@whetstone/inference'
import { modelFile } from '../recipe/resolve-recipe.ts'

/**
 * The model that a name stands for: a GGUF file, a LoRA adapter (its base from the card beside it, or before a plus sign: base.gguf+adapter.gguf),
 * a folder with such a file's card, or what modelFile knows.
 */
export async function candidateOf(name: string, flag: string): Promise<Model> {
  const plus = name.lastIndexOf('+')
  if (plus > 0 && !existsSync(name)) return withAdapter(await describeGguf(modelFile(name.slice(0, plus), flag)), name.slice(plus + 1))
  if (existsSync(name) && statSync(name).isDirectory()) {
    const card = join(name, 'card.json')
    // Cards of models that were pulled name a file beside them: those are found as files.
    if (existsSync(card) && existsSync(readJson(card, Model).path ?? '')) return ofCard(card, flag)
  }
  const file = modelFile(name, flag)
  if (checkGguf(file).kind !== 'adapter') return describeGguf(file)
  const card = join(dirname(file), 'card.json')
  const carded = existsSync(card) ? readJson(card, Model) : null
  if (carded?.adapter && basename(carded.adapter) === basename(file)) return ofCard(card, flag)
  throw new BadInput(`${flag}: ${name} is a LoRA adapter without a card that names its base: give ${flag}=BASE.gguf+${name}`)
}

async function ofCard(file: string, flag: string): Promise<Model> {
  const card = readJson(file, Model)
  if (card.path === null || !existsSync(card.path))
    throw new BadInput(`${flag}: ${file} names weights that are not here (${card.path ?? 'none'})`)
  const described = await describeGguf(card.path)
  if (card.adapter === null)
    return { ...card, ...described, name: card.name, parent: card.parent, dataset: card.dataset, trainer: card.trainer }
  return {
    ...(await withAdapter(described, card.adapter)),
    name: card.name,
    parent: card.parent,
    dataset: card.dataset,
    trainer: card.trainer,
  }
}

async function withAdapter(base: Model, adapter: string): Promise<Model> {
  if (!existsSync(adapter)) throw new BadInput(`${adapter} not found: an adapter stands after its base, base.gguf+adapter.gguf`)
  checkAdapter(adapter, base.path as string)
  return {
    ...base,
    adapter,
    id: `model-${(await hashFile(adapter)).slice(0, 16)}`,
    name: `${base.name}+${basename(adapter, '.gguf')}`,
    parent: base.id,
  }
}
