import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BadInput, Dataset, Example, Pair, paths, readJson, readJsonl, writeAtomic } from '@whetstone/core'
import { loadFormat, formatNames } from '@whetstone/datasets'
import { defineCommand } from '../../command.ts'
import { checkRunName, readIncumbent } from '@whetstone/runs'

export default defineCommand({
  about: "writes a round's training rows in a format of your choice",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    format: { type: 'string', choices: formatNames(), default: 'messages', about: 'what the rows look like' },
    out: { type: 'string', about: "the file to write (default: beside the round's rows)" },
  },
  examples: ['npx nx run datasets:export --run=tiny --round=1 --format=preference --out=pairs.jsonl'],
  async run({ run, round, format: name, out }) {
    const number = round ?? readIncumbent(checkRunName(run))?.round ?? 1
    const folder = paths.dataset(run, number)
    if (!existsSync(join(folder, 'card.json'))) throw new BadInput(`Run ${run} has no rows of round ${number}: see npx nx run loops:status`)
    const card = readJson(join(folder, 'card.json'), Dataset)
    const rows = {
      examples: card.files['messages'] ? readJsonl(join(folder, card.files['messages']), Example) : [],
      pairs: card.files['preference'] ? readJsonl(join(folder, card.files['preference']), Pair) : [],
    }
    const format = await loadFormat(name)
    const file = resolve(out ?? join(folder, format.file))
    writeAtomic(file, format.render(rows))
    console.log(`Wrote ${format.kind === 'sft' ? rows.examples.length : rows.pairs.length} rows to ${file}`)
  },
})
