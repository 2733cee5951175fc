import { join } from 'node:path'
import { BadInput, paths, writeAtomic, writeJson } from '@whetstone/core'
import { readPool } from '@whetstone/evaluation'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { ensureTools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { checkRunName, readRun, runFiles } from '@whetstone/runs'
import { accuracyTable } from '../../score/accuracy-table.ts'
import { drawCharts, renderPng } from '@whetstone/reports'
import { namedCheckpoints, runCheckpoints } from '../../score/checkpoints.ts'
import { scoreCheckpoints } from '../../score/score-checkpoints.ts'
import { showAccuracies, showLikelihoods } from '../../score/show-scores.ts'

export default defineCommand({
  about:
    'likelihood dynamics: a typed pool of samples under every checkpoint of a run (or under named models), and their accuracy on every taskset',
  flags: {
    pool: { type: 'file', about: 'samples {instruction, input, output, type}, JSON lines or an array; models:pool builds some' },
    run: { type: 'string', about: "all checkpoints of this run: its base and each round's candidate" },
    model: { type: 'file', about: 'GGUF files instead, separated by commas; base.gguf+adapter.gguf for a LoRA' },
    tasks: { type: 'number', min: 0, default: 0, about: 'also attempt this many validation tasks a level of every taskset of the recipe' },
    beyond: { type: 'number', min: 0, default: 2, about: "with --tasks: levels past the recipe's first frontier" },
    recipe: { type: 'string', about: "with --tasks and --model: whose tasksets (default: the run's, or tiny)" },
    out: {
      type: 'output',
      about: 'folder for likelihood.json, its charts and the single scores (default: reports/<run>/likelihood, or reports/likelihood)',
    },
    json: { type: 'json', about: 'write everything to this file as JSON, too' },
    context: { type: 'number', min: 16, max: 1048576, default: 4096, about: 'tokens a sample may hold' },
    concurrency: { type: 'number', min: 1, max: 4096, default: 32, about: 'samples scored at once' },
  },
  examples: [
    'npx nx run models:score --pool=pool.jsonl --run=tiny',
    'npx nx run models:score --pool=pool.jsonl --model=models/tiny/whetstone-tiny-f32.gguf',
    'npx nx run models:score --run=tiny --tasks=200',
  ],
  async run({ pool: poolFile, run, model, tasks, beyond, recipe, out, json, context, concurrency }, signal) {
    if (poolFile === undefined && tasks === 0) throw new BadInput('models:score needs --pool=FILE, --tasks=N, or both')
    if ((run === undefined) === (model === undefined)) throw new BadInput('models:score takes either --run=NAME or --model=A.gguf,B.gguf')
    const pool = poolFile === undefined ? null : await readPool(poolFile)
    const checkpoints =
      model === undefined
        ? await runCheckpoints(checkRunName(run as string))
        : await namedCheckpoints(
            model
              .split(',')
              .map((name) => name.trim())
              .filter(Boolean),
          )
    const folder = out ?? (run === undefined ? paths.reports('likelihood') : runFiles(run).likelihood)
    const result: Record<string, unknown> = {}
    if (pool) {
      await ensureTools(['llama-score'])
      const { unscored, ...curves } = await scoreCheckpoints(checkpoints, pool, {
        backend: llamaSample(),
        folder,
        context,
        concurrency,
        signal,
      })
      writeJson(join(folder, 'likelihood.json'), curves)
      for (const { name, svg, spec } of await drawCharts('likelihood', curves)) {
        writeAtomic(join(folder, `${name}.svg`), svg)
        writeAtomic(join(folder, `${name}.png`), await renderPng(spec))
      }
      console.log(showLikelihoods(curves))
      if (unscored > 0)
        console.log(
          `  ${unscored} of ${pool.length * checkpoints.length} samples could not be scored: they do not fit the context or the vocabulary`,
        )
      console.log(`\n  ${join(folder, 'likelihood.json')}, its charts and the single scores (scores-*.jsonl) beside it`)
      Object.assign(result, { likelihood: curves })
    }
    if (tasks > 0) {
      await ensureTools(['llama-sample'])
      const loaded = await loadRecipe(recipe ?? (run === undefined ? 'tiny' : (readRun(run)?.recipe ?? 'tiny')))
      const rows = await accuracyTable(checkpoints, loaded, { folder, limit: tasks, beyond, signal })
      writeJson(join(folder, 'accuracy.json'), rows)
      console.log(`${pool ? '\n' : ''}${showAccuracies(rows)}\n\n  ${join(folder, 'accuracy.json')}`)
      Object.assign(result, { accuracy: rows })
    }
    writeResult(json, result)
  },
})
