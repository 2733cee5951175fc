import { BadInput } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { memoryActions, memoryCommand, type MemoryAction } from '../../memory/memory-command.ts'
import { exchangeFormats, type ExchangeFormat } from '@whetstone/memory'
import { checkRunName } from '@whetstone/runs'

export default defineCommand({
  about: 'looks into a memory bank: list, show, search, export, import, audit',
  positional: { name: 'action', about: memoryActions.join(', ') },
  flags: {
    recipe: { type: 'string', default: 'tiny', about: 'a file of loops/recipes: its embedder reads the bank' },
    run: { type: 'string', about: "the run whose bank it is (default: the recipe's name)" },
    bank: { type: 'file', about: 'a bank elsewhere: a folder, or a URI such as s3://bucket/prefix' },
    tag: { type: 'string', about: 'look at the bank as it was, e.g. round-002' },
    id: { type: 'string', about: 'show: which memory' },
    query: { type: 'string', about: 'search: for what' },
    out: { type: 'output', about: 'export: the file to write' },
    file: { type: 'file', about: 'import: a file in the form of reasoning_bank.json, or as --format says' },
    format: {
      type: 'string',
      choices: exchangeFormats,
      about: 'export, import: whose file (export default: reasoning-bank; import default: told by what it holds)',
    },
    data: { type: 'file', about: "audit: folder or file of the recipe's task data" },
    rows: { type: 'file', about: "audit: a JSONL file of training rows (default: the run's own)" },
    limit: { type: 'number', min: 1, about: 'list, search: how many; audit: test tasks of each level' },
    retired: { type: 'boolean', about: 'list: retired memories too' },
    json: { type: 'json', about: 'write the result to this file as JSON' },
  },
  examples: [
    'npx nx run loops:memory list',
    'npx nx run loops:memory search --query=4kx3=',
    'npx nx run loops:memory export --out=reasoning_bank.json',
    'npx nx run loops:memory import --recipe=gsm8k --run=mine --file=reasoning_bank.json',
    'npx nx run loops:memory import --run=mine --file=notes.md',
    'npx nx run loops:memory export --format=mem0 --out=mem0.json',
    'npx nx run loops:memory audit --run=mine',
  ],
  async run({ _: [action = 'list', ...rest], recipe, run, bank, tag, id, query, out, file, format, data, rows, limit, retired, json }) {
    if (!(memoryActions as readonly string[]).includes(action) || rest.length > 0)
      throw new BadInput(`loops:memory cannot "${[action, ...rest].join(' ')}". Actions: ${memoryActions.join(', ')}`)
    await memoryCommand({
      action: action as MemoryAction,
      recipe: await loadRecipe(recipe, { data }),
      run: checkRunName(run ?? recipe),
      retired,
      print: (text) => console.log(text),
      uri: bank,
      tag,
      id,
      query,
      // --file is what export took before 2026-12
      file: action === 'export' ? (out ?? file) : file,
      format: format as ExchangeFormat | undefined,
      rows,
      limit,
      json,
    })
  },
})
