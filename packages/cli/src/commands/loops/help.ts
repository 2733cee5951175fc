import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { listSettings } from '@whetstone/core'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { Recipe } from '@whetstone/recipe/recipe.ts'
import { defineCommand } from '../../command.ts'
import { commandCalled, commandNames, loadCommand } from '../../main.ts'
import { referencePage } from '../../reference-page.ts'
import { exitCodes, showHelp } from '../../show-help.ts'

export default defineCommand({
  about: 'every command with a line on what it does, one command with its flags and examples, or every setting of a recipe',
  flags: {},
  positional: {
    name: '[COMMAND]',
    about:
      'the command to explain, e.g. loops:cycle (Nx answers --help itself, hence this target), or: settings RECIPE, or: reference (all of it as Markdown)',
  },
  examples: ['npx nx run loops:help', 'npx nx run loops:help loops:cycle', 'npx nx run loops:help settings tiny'],
  async run({ _: [wanted, recipe = 'tiny'] }) {
    if (wanted === 'settings') return showSettings(recipe)
    if (wanted === 'reference') return console.log(await referencePage())
    const name = wanted === undefined || wanted.includes(':') ? wanted : (commandCalled(wanted) ?? wanted)
    if (name) return showHelp(name, await loadCommand(name))
    console.log('Whetstone sharpens small language models on their own work.\nCommands (npx nx run COMMAND):\n')
    for (const each of commandNames()) console.log(`  ${each.padEnd(19)}${wrap((await loadCommand(each)).about, ' '.repeat(21)).slice(21)}`)
    console.log(wrap(`\nFlags and examples of one: npx nx run loops:help COMMAND. They run from any folder of the checkout. ${exitCodes}`))
  },
})

/** What --set reaches of a recipe: path and value now, what it takes, what it means. */
async function showSettings(name: string): Promise<void> {
  console.log(wrap(`Settings of recipe ${name}: --set PATH=VALUE on loops:cycle and the like; a plug-in's name takes another one`) + '\n')
  for (const { path, now, takes, about } of listSettings(await loadRecipe(name), Recipe))
    console.log(`  ${path}=${now}\n${wrap(`${takes.replaceAll('|', ' | ')}${about && `: ${about}`}`, '      ')}`)
}
