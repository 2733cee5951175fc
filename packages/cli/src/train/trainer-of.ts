import { BadInput, loadPlugin, type Trainer } from '@whetstone/core'
import type { ExportKind } from '@whetstone/datasets'
import { loadRecipe, setRecipe, type Recipe } from '@whetstone/recipe'

/** How rows of a kind are learned where nobody says otherwise. */
const methods: Partial<Record<ExportKind, string>> = { sft: 'sft', preference: 'dpo', labelled: 'kto' }

/** A trainer by name with settings from the command line, `--set trainer.NAME=VALUE`. */
export async function trainerOf(name: string, kind: ExportKind, sets: readonly string[]): Promise<Trainer> {
  const plugin = await loadPlugin('trainers', name)
  const method = 'method' in plugin.settings.shape ? (methods[kind] ?? null) : null
  const given = sets.map((text) => {
    const [, path, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
    if (path === undefined || value === undefined) throw new BadInput(`--set ${text}: give NAME=VALUE, e.g. --set trainer.epochs=3`)
    if (!path.startsWith('trainer.')) throw new BadInput(`--set ${path}: only the trainer is set here, e.g. --set trainer.epochs=3`)
    return { path: path.trim(), text: value, flag: `--set ${path.trim()}` }
  })
  const first = method === null ? [] : [{ path: 'trainer.method', text: method, flag: '--data' }]
  const named = { path: 'trainer', text: name, flag: `--trainer=${name}` }
  const recipe: Recipe = { ...(await loadRecipe('tiny')), trainer: null }
  return (await setRecipe(recipe, [named, ...first, ...given])).trainer as Trainer
}
