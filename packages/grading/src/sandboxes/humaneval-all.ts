// All of HumanEval in every Python sandbox: how many canonical solutions and how many "return None" pass, and how long it takes. By hand:
//   node packages/grading/src/sandboxes/humaneval-all.ts ../shared/data/HumanEval.jsonl.gz [at a time, default 4]
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { sandboxes } from './choose-sandbox.ts'
import { tryProgram } from './trial.ts'

type Row = { task_id: string; prompt: string; entry_point: string; canonical_solution: string; test: string }

const [file, lanes = '4'] = process.argv.slice(2)
if (!file) {
  process.stderr.write('humaneval-all needs the path of HumanEval.jsonl.gz\n')
  process.exit(1)
}
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
for (const sandbox of sandboxes.filter(({ language }) => language === 'python')) {
  const missing = await sandbox.missing()
  if (missing) console.log(`${sandbox.name}: ${missing}`)
  else
    for (const kind of ['canonical', 'return None'] as const) {
      const started = performance.now()
      const queue = [...rows]
      let passed = 0
      const lane = async () => {
        for (let row = queue.shift(); row; row = queue.shift()) {
          const { prompt, entry_point, canonical_solution, test } = row
          const body = kind === 'canonical' ? canonical_solution : '    return None\n'
          const tests = [`${test}\ncheck(${entry_point})`]
          const result = await tryProgram(sandbox, { sources: [prompt + body], names: [entry_point], setup: prompt, tests })
          if (result.passed) passed++
          if (result.passed !== (kind === 'canonical')) console.log(`  ${row.task_id}: ${result.reason} ${result.detail}`)
        }
      }
      await Promise.all(Array.from({ length: Number(lanes) }, lane))
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${sandbox.name}: ${kind}: ${passed} of ${rows.length} pass, ${seconds} s, ${lanes} at a time`)
    }
}
