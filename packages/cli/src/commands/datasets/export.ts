import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  BadInput,
  Dataset,
  Example,
  type Format,
  loadPlugin,
  Pair,
  pluginNames,
  paths,
  readJson,
  readJsonl,
  writePieces,
} from '@whetstone/core'
import { datasetRows } from '@whetstone/datasets'
import { defineCommand } from '../../command.ts'
import { checkRunName, readIncumbent } from '@whetstone/runs'

export default defineCommand({
  about: "writes a round's training rows in a format of your choice",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    format: { type: 'string', choices: pluginNames('formats'), default: 'messages', about: 'what the rows look like' },
    out: { type: 'string', about: "the file to write (default: beside the round's rows)" },
  },
  examples: ['npx nx run datasets:export --run=tiny --round=1 --format=preference --out=pairs.jsonl'],
  async run({ run, round, format: name, out }) {
    const number = round ?? readIncumbent(checkRunName(run))?.round ?? 1
    const folder = paths.dataset(run, number)
    if (!existsSync(join(folder, 'card.json'))) throw new BadInput(`Run ${run} has no rows of round ${number}: see npx nx run loops:status`)
    const { files } = readJson(join(folder, 'card.json'), Dataset)
    // Rounds of before 2026-12 have their rows in the formats alone.
    const own = (file: string, format: string) => join(folder, existsSync(join(folder, file)) ? file : (files[format] ?? file))
    const examples = readJsonl(own(datasetRows.examples, 'messages'), Example, { optional: true })
    const pairs = readJsonl(own(datasetRows.pairs, 'preference'), Pair, { optional: true })
    const format = (await loadPlugin('formats', name))() as Format
    const file = resolve(out ?? join(folder, format.file))
    await writePieces(file, format.kind === 'sft' ? format.render(examples) : format.render(pairs))
    console.log(`Wrote ${format.kind === 'sft' ? examples.length : pairs.length} rows to ${file}`)
  },
})
