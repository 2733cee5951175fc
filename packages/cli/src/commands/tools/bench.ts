import { join } from 'node:path'
import { BadInput, paths, root } from '@whetstone/core'
import { benchAcceptors } from '../../bench/acceptors/bench-acceptors.ts'
import { showAcceptors, writeAcceptors } from '../../bench/acceptors/show-acceptors.ts'
import { realBanks, realModels } from '../../bench/acceptors/real-outcomes.ts'
import { resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { studyOf } from '../../recipe/study-of.ts'
import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { ensureTools } from '@whetstone/native'
import { runBench } from '../../bench/run-bench.ts'
import { benchStages, type StageDevice } from '../../bench/bench-stages.ts'
import { measureQueue } from '../../bench/measure-queue.ts'
import { showSimulatedQueue } from '../../bench/show-simulated-queue.ts'
import { showBench } from '../../bench/show-bench.ts'

export default defineCommand({
  about:
    'our tools beside their peers (llama-batched-bench, llama-bench, llama-finetune, node-llama-cpp, PyTorch), measured in turn in one run, as ratios; peak memory against its bounds',
  flags: {
    threads: { type: 'number', default: 1, min: 1, max: 1024, about: 'threads of every contestant' },
    only: { type: 'string', about: 'only comparisons whose name holds this: sample, score, train, rows, duplicates, memory, 1M, 20M' },
    rows: {
      type: 'number',
      default: 100_000,
      min: 1000,
      max: 100_000_000,
      about: 'traces that `rows` and `exports` work on',
    },
    texts: {
      type: 'number',
      default: 200_000,
      min: 1000,
      max: 100_000_000,
      about: 'questions among which the comparison `duplicates` looks for those that are nearly the same',
    },
    large: { type: 'boolean', about: "the memory check on Qwen3-1.7B's shape too (minutes, 2 GB of disk)" },
    gate: {
      type: 'boolean',
      about: 'instead: how often ways of promoting take a candidate that is not better, over whole runs, and their power (about a minute)',
    },
    runs: { type: 'number', default: 4000, min: 10, about: 'with --gate: simulated runs of each kind' },
    real: {
      type: 'number',
      min: 400,
      max: 20_000,
      about:
        'with --gate: also with 24 models trained from one data set, so many outcomes each (kept: a second call reads them), and with 12 banks',
    },
    queue: {
      type: 'boolean',
      about: 'instead: a simulated queue of 1 to 1,000 workers: how well they are used, by the length of jobs (docs/scale.md)',
    },
    workers: {
      type: 'number',
      min: 1,
      max: 16,
      about: 'with --queue: the simulation against real workers here, one to so many (redis-server is needed; two minutes with four)',
    },
    gpu: {
      type: 'boolean',
      about:
        'instead: the stages of tools/bench/stages.json on the accelerator that is here: sampling, scoring, training at 20M to 1.7B against llama.cpp and PyTorch, the native part of a gated round. Each is kept as it ends: call it again to go on (tools/bench-gpu.sh runs the same where there is no Node)',
    },
    device: {
      type: 'string',
      choices: ['auto', 'cpu', 'cuda', 'vulkan'],
      default: 'auto',
      about: 'with --gpu: where; cpu with --small tries the stages',
    },
    small: { type: 'boolean', about: 'with --gpu: sizes that a CPU does in a minute' },
    docs: { type: 'boolean', about: 'with --gate: write the tables and the chart into docs/' },
    json: { type: 'json', about: 'write [{name, model, ours, peer, unit, ratio}] to this file' },
  },
  examples: [
    'npx nx run tools:build --all && npx nx run tools:bench',
    'npx nx run tools:bench --only=rows --rows=1000000',
    'npx nx run tools:bench --only=exports --rows=1000000',
    'npx nx run tools:bench --only=duplicates --texts=2000000',
    'npx nx run tools:bench --only=sample --threads=4 --json=bench.json',
    'npx nx run tools:bench --gpu --json=bench.json',
    'npx nx run tools:bench --gpu --device=cpu --small',
    'npx nx run tools:bench --gate --docs',
    'npx nx run tools:bench --gate --real=2000 --threads=2',
  ],
  async run({ threads, only, large, rows, texts, json, gate, gpu, device, small, runs, real, docs, queue, workers }, signal) {
    if (gpu) return await benchStages({ device: device as StageDevice, small, only, json, signal })
    if (queue && workers !== undefined) return await measureQueue(workers, { print: (text) => console.log(text), signal })
    if (queue) return console.log(showSimulatedQueue())
    if (gate) {
      const cached = real === undefined ? undefined : await realContestants(real, threads, signal)
      const bench = benchAcceptors({ runs, rounds: 20, n: 400, seed: 1, signal }, cached)
      console.log(showAcceptors(bench))
      if (docs) await writeAcceptors(join(root, 'docs'), bench)
      return writeResult(json, bench)
    }
    if (only !== 'rows' && only !== 'duplicates') await ensureTools(undefined, { signal })
    const results = await runBench({ threads, large, rows, texts, only, signal })
    if (results.length === 0)
      throw new BadInput(`--only=${only} names no comparison: sample, score, train, rows, exports, duplicates, memory, 1M, 20M`)
    console.log(showBench(results))
    writeResult(
      json,
      results.filter((result) => 'ratio' in result),
    )
  },
})

/** Outcomes of the real models and banks, from their files where they are there already. */
async function realContestants(outcomes: number, threads: number, signal: AbortSignal) {
  await ensureTools(['llama-sample', 'llama-train'], { signal })
  const { recipe, base } = await resolveRecipe({ recipe: 'ladder' } as Parameters<typeof resolveRecipe>[0])
  const folder = paths.checkpoints(`bench-gate-${outcomes}`)
  const study = studyOf(recipe, base, { name: 'bench-gate', folder, threads, signal })
  const onModel = (name: string) => process.stderr.write(`${name}: ${outcomes} outcomes\n`)
  return {
    models: await realModels(study, { outcomes, onModel }),
    banks: await realBanks(study, { outcomes: Math.min(outcomes, 6400), onModel }),
  }
}
