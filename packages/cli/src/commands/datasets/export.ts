import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { join, relative, resolve } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { exportNames, loadExport, writeExport, type ExportKind, type ExportRow } from '@whetstone/datasets'
import { lockReading, openRun, sayProblems } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { rowFlags, rowOptions } from '../../export/row-flags.ts'
import { rowsOfAggregate } from '../../export/rows-of-aggregate.ts'
import { rowsOfRun } from '../../export/rows-of-run.ts'

export default defineCommand({
  about: "writes a round's training rows in the format of the trainer that you use",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    from: { type: 'file', about: "the folder of an aggregate (datasets:aggregate) in a run's place" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    format: { type: 'string', choices: exportNames(), default: 'trl-messages', about: 'what the rows look like' },
    out: {
      type: 'output',
      about: "the file to write, or the folder where the format's files have names of their own (default: beside the round's rows)",
    },
    ...rowFlags,
    'with-provenance': { type: 'boolean', about: 'traces and tasks in the rows themselves (default: in a side file)' },
    skip: { type: 'boolean', about: 'leave out rows that the format cannot express' },
    force: { type: 'boolean', about: 'overwrite what is there' },
  },
  examples: [
    'npx nx run datasets:export --run=tiny --format=trl-preference --out=pairs.jsonl',
    'npx nx run datasets:export --format=llama-factory-sharegpt --out=lf/rows.json --validation=0.1',
    'npx nx run datasets:export --format=mlx-lm --out=mlx',
    'npx nx run datasets:export --format=verl --out=verl/train.parquet',
    'npx nx run datasets:export --from=datasets/all --format=axolotl --out=all.jsonl --gzip',
  ],
  async run({ run, from, round, format: name, out, 'with-provenance': inline, skip, force, ...flags }) {
    using _reading = from === undefined ? lockReading(knownRun(run)) : null
    const format = await loadExport(name)
    const source = from === undefined ? ofRun(run, round, format.kind) : ofAggregate(from, format.kind)
    const beside = join(source.folder, 'exports', format.splitFiles ? name : format.file)
    const { files, companions, side, skipped, rows } = await writeExport(format, source.rows, {
      out: resolve(out ?? beside),
      ...rowOptions(format, flags),
      provenance: inline ? 'inline' : 'side',
      skip,
      force,
    })
    // a file elsewhere is named whole
    const shown = (file: string) => (relative(root, file).startsWith('..') ? file : relative(root, file))
    console.log(wrap(`${rows} rows of ${source.name} as ${name} (${format.source})`))
    for (const each of files) console.log(`  ${shown(each.file)}  ${each.rows} rows`)
    for (const file of companions) console.log(`  ${shown(file)}`)
    if (side !== null) {
      console.log(`  ${shown(side)}`)
      console.log(
        wrap("beside them: each row's traces and task, for datasets:trace --file (--with-provenance puts them into the rows)", '    '),
      )
    }
    if (skipped.length > 0)
      console.log(
        `  left out ${skipped.length}: ${skipped
          .slice(0, 3)
          .map(({ row, why }) => `row ${row}: ${why}`)
          .join('; ')}`,
      )
  },
})

type Source = { name: string; folder: string; rows: AsyncIterable<ExportRow> }

function ofRun(run: string, round: number | undefined, kind: ExportKind): Source {
  const reader = openRun(knownRun(run))
  const number = round ?? reader.finished().at(-1)?.round.round
  if (number === undefined) throw new BadInput(`Run ${run} has no finished round: see npx nx run loops:status${sayProblems(reader)}`)
  return { name: `run ${run}, round ${number},`, folder: reader.round(number).files.dataset, rows: rowsOfRun(run, number, kind) }
}

function ofAggregate(folder: string, kind: ExportKind): Source {
  if (kind !== 'sft') throw new BadInput(`${folder} is an aggregate of worked examples: choose a format that holds such, not ${kind} rows`)
  return { name: folder, folder, rows: rowsOfAggregate(folder) }
}
