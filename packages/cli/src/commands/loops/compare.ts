import { BadInput, writeAtomic, type Round } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'
import type { Repeats } from '@whetstone/reports/compare/choice.ts'
import { compareRounds } from '@whetstone/reports/compare/compare-rounds.ts'
import { adjust, compareSets, type Comparison } from '@whetstone/reports/compare/compare-sets.ts'
import { comparisonFigures } from '@whetstone/reports/compare/comparison-table.ts'
import { comparisonPage } from '@whetstone/reports/compare/comparison-page.ts'
import { pickSets } from '@whetstone/reports/compare/pick-sets.ts'
import { readServed } from '@whetstone/reports/compare/read-round.ts'
import type { ResultSet } from '@whetstone/reports/compare/result-set.ts'
import { readRounds } from '@whetstone/reports/compare/read-rounds.ts'
import { showComparisons, showRounds } from '@whetstone/reports/compare/show-comparison.ts'

export default defineCommand({
  about:
    'rounds of one run, several runs, or any result files side by side, with paired tests, intervals, and what could have been detected',
  flags: {
    run: { type: 'string', about: 'the rounds of this run (default: tiny)' },
    runs: { type: 'string', about: 'two or more runs, separated by commas: what their last rounds serve, each against the first' },
    files: {
      type: 'file',
      about:
        'result files, separated by commas: our traces.jsonl, round.json, phase1_results.json; logs of lm-evaluation-harness, Inspect, promptfoo, HELM, EvalPlus; CSV',
    },
    score: { type: 'string', about: 'which metric, scorer or column, where a log has several' },
    filter: { type: 'string', about: 'lm-evaluation-harness: which filter, e.g. strict-match' },
    repeats: { type: 'string', about: 'several samples of a task: mean (default where they are marked), first, last or pass@K' },
    'skip-unscored': { type: 'boolean', about: 'leave out samples without a score' },
    seed: { type: 'number', min: 0, default: 1, about: 'seed of the bootstrap and of drawn permutations' },
    json: { type: 'json', about: 'write all figures to this file' },
    html: { type: 'output', about: 'write a page with a chart to this file' },
    csv: { type: 'output', about: 'write the figures of --runs or --files to this file as a table' },
  },
  examples: [
    'npx nx run loops:compare --run=tiny',
    'npx nx run loops:compare --runs=tiny,second --html=compare.html',
    'npx nx run loops:compare --files=samples_gsm8k_base.jsonl,samples_gsm8k_tuned.jsonl --filter=strict-match',
    'npx nx run loops:compare --files=reports/tiny/phase1/phase1_results.json --json=phase1.json',
  ],
  async run({ run, runs, files, score, filter, repeats, 'skip-unscored': skipUnscored, seed, json, html, csv }) {
    if ([run, runs, files].filter((given) => given !== undefined).length > 1)
      throw new BadInput('loops:compare takes one of --run, --runs and --files')
    const list = (text: string) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    let comparisons: Comparison[]
    if (files !== undefined) {
      const choice = { score, filter, repeats: repeats === undefined ? undefined : readRepeats(repeats), skipUnscored }
      comparisons = adjust(
        (await pickSets(list(files), choice)).flatMap(([control, treatments]) => compareSets(control, treatments, { seed })),
      )
    } else if (runs !== undefined) {
      const sets: ResultSet[] = []
      for (const name of list(runs)) sets.push(await readServed(readRounds(knownRun(name)).at(-1) as Round))
      const [control, ...treatments] = sets
      if (!control || treatments.length === 0) throw new BadInput('--runs takes two or more runs, separated by commas')
      comparisons = compareSets(control, treatments, { seed })
    } else {
      const rounds = await compareRounds(knownRun(run ?? 'tiny'), { seed })
      console.log(showRounds(rounds))
      writeResult(json, rounds)
      if (html !== undefined)
        writeAtomic(html, await comparisonPage(`Rounds of ${rounds.run}`, rounds.firstToLast ? [rounds.firstToLast] : [], rounds))
      return
    }
    console.log(showComparisons(comparisons))
    writeResult(json, { comparisons })
    if (csv !== undefined) writeAtomic(csv, comparisonFigures(comparisons).toCSV())
    if (html !== undefined) writeAtomic(html, await comparisonPage('Comparison', comparisons))
  },
})

function readRepeats(text: string): Repeats {
  if (!/^(mean|first|last|pass@[1-9]\d{0,3})$/.test(text))
    throw new BadInput(`--repeats is one of mean, first, last, pass@K, got "${text}"`)
  return text as Repeats
}
