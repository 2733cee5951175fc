import { BadInput, loadPlugin, type Trainer } from '@whetstone/core'
import type { ExportKind } from '@whetstone/datasets'
import { loadRecipe, setRecipe, type Recipe } from '@whetstone/recipe'

/** How rows of a kind are learned where nobody says otherwise. */
const methods: Partial<Record<ExportKind, string>> = { sft: 'sft', preference: 'dpo', labelled: 'kto' }

/** A trainer by name with settings from the command line, `--set trainer.NAME=VALUE`. */
export async function trainerOf(name: string, kind: ExportKind, sets: readonly string[]): Promise<Trainer> {
  const plugin = await loadPlugin('trainers', name)
  const method = 'method' in plugin.settings.shape && methods[kind] !== undefined ? { method: methods[kind] } : {}
  const given = sets.map((text) => {
    const [, path, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
    if (path === undefined || value === undefined) throw new BadInput(`--set ${text}: give NAME=VALUE, e.g. --set trainer.epochs=3`)
    if (!path.startsWith('trainer.')) throw new BadInput(`--set ${path}: only the trainer is set here, e.g. --set trainer.epochs=3`)
    return { path: path.trim(), text: value, flag: `--set ${path.trim()}` }
  })
  // What must be given (a command, say) has no default: it is put in before the plug-in is made.
  const needed = Object.fromEntries(
    given.flatMap(({ path, text }) => {
      const [, member = '', ...deeper] = path.split('.')
      return deeper.length === 0 && member in plugin.settings.shape && !plugin.settings.shape[member]?.safeParse(undefined).success
        ? [[member, asValue(text)]]
        : []
    }),
  )
  const made = (plugin as unknown as (settings: object) => Trainer)({ ...method, ...needed })
  const recipe: Recipe = { ...(await loadRecipe('tiny')), trainer: made }
  return (await setRecipe(recipe, given)).trainer as Trainer
}

function asValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
