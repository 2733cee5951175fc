import { join, relative, resolve } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { exportNames, loadExport, writeExport } from '@whetstone/datasets'
import { openRun } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { rowsOfRun } from '../../export/rows-of-run.ts'

export default defineCommand({
  about: "writes a round's training rows in the format of the trainer that you use",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    format: { type: 'string', choices: exportNames(), default: 'trl-messages', about: 'what the rows look like' },
    out: {
      type: 'output',
      about: "the file to write, or the folder where the format's files have names of their own (default: beside the round's rows)",
    },
    thinking: {
      type: 'string',
      choices: ['separate', 'inline', 'drop'],
      about: "where thinking goes: a field of its own, <think> tags before the answer, nowhere (default: the format's way)",
    },
    text: { type: 'boolean', about: 'plain text instead of message lists, where the format has both' },
    implicit: { type: 'boolean', about: 'preference pairs with the prompt inside both answers' },
    validation: {
      type: 'number',
      min: 0,
      max: 0.5,
      whole: false,
      default: 0,
      about: 'share of the questions whose rows go to a validation file',
    },
    shard: { type: 'number', min: 1, about: 'most rows a file' },
    gzip: { type: 'boolean', about: 'pack the JSONL' },
    'with-provenance': { type: 'boolean', about: 'traces and tasks in the rows themselves (default: in a side file)' },
    skip: { type: 'boolean', about: 'leave out rows that the format cannot express' },
    force: { type: 'boolean', about: 'overwrite what is there' },
  },
  examples: [
    'npx nx run datasets:export --run=tiny --format=trl-preference --out=pairs.jsonl',
    'npx nx run datasets:export --format=llama-factory-sharegpt --out=lf/rows.json --validation=0.1',
    'npx nx run datasets:export --format=mlx-lm --out=mlx',
    'npx nx run datasets:export --format=verl --out=verl/train.parquet',
  ],
  async run({ run, round, format: name, out, thinking, text, implicit, validation, shard, gzip, 'with-provenance': inline, skip, force }) {
    const reader = openRun(knownRun(run))
    const last = reader.finished().at(-1)?.round.round
    const number = round ?? last
    if (number === undefined) throw new BadInput(`Run ${run} has no finished round: see npx nx run loops:status`)
    const format = await loadExport(name)
    const beside = join(reader.round(number).files.dataset, 'exports', format.splitFiles ? name : format.file)
    const { files, companions, skipped, rows } = await writeExport(format, rowsOfRun(run, number, format.kind), {
      out: resolve(out ?? beside),
      thinking: thinking as 'separate' | 'inline' | 'drop' | undefined,
      text,
      implicit,
      validation,
      shard,
      gzip,
      provenance: inline ? 'inline' : 'side',
      skip,
      force,
    })
    const shown = (file: string) => relative(root, file)
    console.log(`${rows} rows of run ${run}, round ${number}, as ${name} (${format.source})`)
    for (const each of files) console.log(`  ${shown(each.file)}  ${each.rows} rows`)
    for (const file of companions) console.log(`  ${shown(file)}`)
    if (skipped.length > 0)
      console.log(
        `  left out ${skipped.length}: ${skipped
          .slice(0, 3)
          .map(({ row, why }) => `row ${row}: ${why}`)
          .join('; ')}`,
      )
  },
})
