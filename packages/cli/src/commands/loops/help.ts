import { defineCommand } from '../../command.ts'
import { commandNames, loadCommand } from '../../main.ts'
import { exitCodes, showHelp } from '../../show-help.ts'

export default defineCommand({
  about: 'every command with a line on what it does, or one command with its flags and examples',
  flags: {},
  positional: { name: '[COMMAND]', about: 'the command to explain, e.g. loops:cycle (Nx answers a bare --help itself, hence this target)' },
  examples: ['npx nx run loops:help', 'npx nx run loops:help loops:cycle'],
  async run({ _: [wanted] }) {
    const name = wanted === undefined || wanted.includes(':') ? wanted : `loops:${wanted}`
    if (name) return showHelp(name, await loadCommand(name))
    console.log('Whetstone sharpens small language models on their own work. Commands (npx nx run COMMAND):\n')
    for (const each of commandNames()) console.log(`  ${each.padEnd(18)} ${(await loadCommand(each)).about}`)
    console.log(`\nFlags and examples of one: npx nx run loops:help COMMAND. They run from any folder of the checkout. ${exitCodes}`)
  },
})
