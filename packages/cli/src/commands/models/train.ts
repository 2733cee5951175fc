import { existsSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { BadInput, duration, pluginNames, root } from '@whetstone/core'
import { detectExport, exportNames, loadExport } from '@whetstone/datasets'
import { ensureTools } from '@whetstone/native'
import { checkRunName } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { candidateOf } from '../../train/candidate-of.ts'
import { trainFile } from '../../train/train-file.ts'
import { trainerOf } from '../../train/trainer-of.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    "fine-tunes a model on a file of rows in any trainer's format (worked examples, pairs, labelled answers) and leaves a candidate with its card in checkpoints/<name>",
  flags: {
    data: { type: 'file', about: 'the rows: JSONL (plain or .gz), a JSON array, or Parquet' },
    format: { type: 'string', choices: exportNames(), about: 'their format (default: found by the rows)' },
    model: {
      type: 'file',
      default: 'models/tiny',
      about: 'GGUF file, models/<name>, hf:owner/repo/file.gguf, or base.gguf+adapter.gguf to go on with an adapter',
    },
    trainer: {
      type: 'string',
      choices: pluginNames('trainers'),
      default: 'llama-train',
      about: 'who trains: a file of packages/training/src/trainers',
    },
    set: {
      type: 'list',
      about:
        'any setting of the trainer: --set trainer.epochs=3 --set trainer.loraRank=16 (default method: sft, dpo for pairs, kto for labelled answers)',
    },
    name: { type: 'string', about: "name of the folder below checkpoints/ (default: the file's name)" },
    seed: { type: 'number', min: 0, default: 1, about: 'seed of shuffling and of new adapters' },
    threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads (default: all cores)' },
    skip: { type: 'boolean', about: 'leave out rows that are torn or do not fit the format, counted and named' },
    force: { type: 'boolean', about: 'replace what is in the folder' },
    json: { type: 'json', about: "write the candidate's card and figures to this file as JSON" },
  },
  examples: [
    'npx nx run models:train --data=rows.jsonl --model=models/tiny --set trainer.learningRate=3e-4 --set trainer.epochs=4',
    'npx nx run models:train --data=pairs.jsonl --name=dpo-1 --set trainer.method=simpo',
    'npx nx run models:train --data=alpaca.json --format=llama-factory-alpaca --model=models/qwen3-0.6b --set trainer.weights=lora --set trainer.loraRank=16',
    'npx nx run loops:gate --candidate=checkpoints/rows --recipe=tiny',
  ],
  async run({ data, format, model, trainer: named, set, name, seed, threads, skip, force, json }, signal) {
    if (data === undefined) throw new BadInput('models:train needs --data=FILE: the rows to train on')
    const { kind } = format === undefined ? await detectExport(data) : await loadExport(format)
    const trainer = await trainerOf(named, kind, set ?? [])
    const base = await candidateOf(model, '--model')
    await ensureTools([...trainer.tools], { signal })
    const run = checkRunName(
      name ??
        basename(data)
          .replace(/(\.(jsonl|json|parquet|gz|ndjson))+$/i, '')
          .replace(/[^\w.-]+/g, '-'),
    )
    const done = await trainFile({ file: data, format, base, trainer, name: run, seed, threads, skip, force, signal })
    const { training, rows, skipped, folder, card } = done
    writeResult(json, { model: done.model, training, format: done.format, rows, skipped })
    const weights = done.model.adapter ?? done.model.path
    console.log(
      training
        ? `${trainer.name} on ${rows} rows (${done.format}): ${training.steps} steps in ${duration(training.seconds)}, loss ${training.finalLoss.toFixed(4)}`
        : `${rows} rows (${done.format}): trained before, with the same settings`,
    )
    if (skipped.length > 0)
      console.log(
        `  left out   ${skipped.length} rows: ${skipped
          .slice(0, 3)
          .map(({ line, why }) => `line ${line}: ${why}`)
          .join('; ')}${skipped.length > 3 ? '; …' : ''}`,
      )
    if (done.aside.length > 0) console.log(`  left aside columns that are none of ${done.format}'s: ${done.aside.join(', ')}`)
    if (weights && existsSync(weights)) console.log(`  candidate  ${relative(root, weights)}`)
    console.log(`  card       ${relative(root, card)}`)
    console.log(`  judge it   npx nx run loops:gate --candidate=${relative(root, folder)} --recipe=RECIPE`)
  },
})
