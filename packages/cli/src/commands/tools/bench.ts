import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { ensureTools } from '@whetstone/native'
import { runBench } from '../../bench/run-bench.ts'
import { showBench } from '../../bench/show-bench.ts'

export default defineCommand({
  about:
    'our tools beside their peers (llama-batched-bench, llama-bench, llama-finetune, node-llama-cpp, PyTorch), measured in turn in one run, as ratios; peak memory against its bounds',
  flags: {
    threads: { type: 'number', default: 1, min: 1, max: 1024, about: 'threads of every contestant' },
    only: { type: 'string', about: 'only comparisons whose name holds this: sample, score, train, rows, memory, 1M, 20M' },
    rows: {
      type: 'number',
      default: 100_000,
      min: 1000,
      max: 100_000_000,
      about: 'traces that the comparison `rows` appends, filters, exports, looks up and compares',
    },
    large: { type: 'boolean', about: "the memory check on Qwen3-1.7B's shape too (minutes, 2 GB of disk)" },
    json: { type: 'json', about: 'write [{name, model, ours, peer, unit, ratio}] to this file' },
  },
  examples: [
    'npx nx run tools:build --all && npx nx run tools:bench',
    'npx nx run tools:bench --only=rows --rows=1000000',
    'npx nx run tools:bench --only=sample --threads=4 --json=bench.json',
  ],
  async run({ threads, only, large, rows, json }, signal) {
    if (only !== 'rows') await ensureTools(undefined, { signal })
    const results = await runBench({ threads, large, rows, only, signal })
    console.log(showBench(results))
    writeResult(
      json,
      results.filter((result) => 'ratio' in result),
    )
  },
})
