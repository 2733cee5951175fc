import { listSettings } from '@whetstone/core'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { Recipe } from '@whetstone/recipe/recipe.ts'
import type { Flag } from './command.ts'
import { commandNames, loadCommand } from './main.ts'
import { exitCodes } from './show-help.ts'

/** Text of a cell of a Markdown table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ')

/** Names of flags and settings, which are ours. */
const code = (name: string) => ['`', name, '`'].join('')
const row = (...cells: string[]) => ['|', cells.join(' | '), '|'].join(' ')

const takes = (flag: Flag): string => {
  if (flag.type === 'boolean') return ''
  if (flag.type === 'string' && flag.choices) return flag.choices.join(', ')
  const kinds = { string: 'text', number: 'a number', file: 'a file', output: 'a file', json: 'a file, or -', list: 'text, several times' }
  return kinds[flag.type]
}

/** docs/reference.md: every command with its flags, and what --set reaches of recipe tiny, from the commands and schemas themselves. */
export async function referencePage(): Promise<string> {
  const parts = [
    '# Reference',
    '',
    `Written by \`npx nx run loops:help reference > docs/reference.md\`; do not edit. ${exitCodes}`,
    '',
    '## Commands',
  ]
  for (const name of commandNames()) {
    const { about, flags, positional, examples } = await loadCommand(name)
    parts.push(
      '',
      ['###', name].join(' '),
      '',
      `${cell(about)}.${positional ? ` ${cell(positional.name)}: ${cell(positional.about)}.` : ''}`,
      '',
    )
    if (Object.keys(flags).length > 0) parts.push('| flag | takes | does |', '|---|---|---|')
    for (const [flag, spec] of Object.entries(flags)) {
      const initial = 'default' in spec && spec.default !== undefined ? ` (default ${spec.default})` : ''
      parts.push(row(code(['--', flag].join('')), cell(takes(spec)), cell(spec.about + initial)))
    }
    parts.push('', '```', ...examples, '```')
  }
  parts.push(
    '',
    '## Settings of a recipe',
    '',
    'What `--set PATH=VALUE` reaches of recipe `tiny`; `npx nx run loops:help settings RECIPE` lists those of another.',
  )
  parts.push('', '| path | is | takes | means |', '|---|---|---|---|')
  for (const { path, now, takes: taken, about } of listSettings(await loadRecipe('tiny'), Recipe))
    parts.push(row(code(path), cell(now), cell(taken), cell(about)))
  return parts.join('\n')
}
